/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.embark.base.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;

/** Holds the rooms of the house apart: which room may use which, and what it must not know. */
class RoomsTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final String ROOT = "io.embark";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    /** Each room behind those that it may use; {@code io.embark} itself is the ground floor. */
    private static final Map<String, String> MAY_USE = Map.ofEntries(
            Map.entry("base", ""),
            Map.entry("", "base"),
            Map.entry("host", "base ."),
            Map.entry("model.files", "base . host"),
            Map.entry("model.hub", "base . host model.files"),
            Map.entry("model.family", "base . model.files"),
            Map.entry("model.family.encoder", "base . model.files model.family"),
            Map.entry("model.family.decoder", "base . model.files model.family"),
            Map.entry("model.weights", "base . model.files model.family"),
            Map.entry(
                    "model",
                    "base . host model.files model.hub model.family model.family.encoder model.family.decoder"
                            + " model.weights"),
            Map.entry("text", "base . model model.family"),
            Map.entry("torch", "base . host model model.family model.weights"),
            Map.entry("encode", "base . host model text torch"),
            Map.entry("spark.version", ""),
            Map.entry("spark.call", "base . model encode spark.version"),
            Map.entry("spark.models", "base . host model model.files torch encode spark.version"),
            Map.entry("spark.plan", "base . model spark.version spark.call spark.models"),
            Map.entry("spark.exec", "base . model encode spark.version spark.call spark.models"),
            Map.entry("spark", "base . encode spark.version spark.call spark.models spark.plan spark.exec"),
            Map.entry("job.guard", "base . spark.version job.table"),
            Map.entry("job.commit", "base ."),
            Map.entry("job.table", "base . spark spark.call spark.version"),
            Map.entry("job.stage", "base . spark.version job.commit job.table"),
            Map.entry("job.source", "base . spark.call spark.version job.guard job.table"),
            Map.entry("job.sink", "base . spark.call job.source job.table"),
            Map.entry("job.sink.source", "base . spark.call job.guard job.source job.table job.sink"),
            Map.entry("job.sink.store", "base . spark.call job.source job.table job.sink"),
            Map.entry("job.sink.store.milvus", "base . spark.call job.sink job.sink.store"),
            Map.entry("job.sink.store.postgresql", "base . spark.call job.guard job.table job.sink job.sink.store"),
            Map.entry("job.sink.folder", "base . spark.call job.commit job.guard job.source job.table job.sink"),
            Map.entry(
                    "job.sink.table",
                    "base . spark.call spark.version job.commit job.guard job.source job.table job.sink job.sink.folder"),
            Map.entry("job.session", "base . spark.version job.table"),
            Map.entry("job.print", "base encode model.files spark.exec"),
            Map.entry(
                    "job.settings",
                    "base . spark spark.call spark.models job.table job.source job.sink job.sink.folder job.session"),
            Map.entry(
                    "job.embed",
                    "base . host model model.files model.weights encode spark spark.version spark.call spark.models spark.exec job.guard"
                            + " job.table job.source job.sink job.sink.folder job.sink.table job.sink.source job.sink.store job.print"
                            + " job.session job.settings"),
            Map.entry(
                    "job.refresh",
                    "base . model encode spark.call spark.exec job.commit job.table job.source job.sink job.print job.session"
                            + " job.stage job.settings job.embed"),
            Map.entry("job.page", "job.guard"),
            Map.entry(
                    "job.bench",
                    "base . host model model.family text torch encode spark.models job.page job.table job.source job.print"
                            + " job.session job.settings job.embed"),
            Map.entry("refresh", "base . job.print job.session job.refresh job.settings"),
            Map.entry(
                    "job",
                    "base . model model.files model.family model.weights encode spark spark.call spark.models spark.exec"
                            + " job.table job.source job.sink job.print job.session job.settings job.bench job.embed job.refresh"));

    @Test
    void aRoomUsesOnlyTheRoomsThatItMay() {
        Set<String> rooms = CLASSES.stream().map(RoomsTest::room).collect(Collectors.toSet());
        assertThat(MAY_USE).containsOnlyKeys(rooms);

        List<String> wrong = CLASSES.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(use -> isOurs(use.getTargetClass()))
                .filter(use -> !mayUse(room(use.getOriginClass()), room(use.getTargetClass())))
                .map(Dependency::getDescription)
                .toList();

        assertThat(wrong).as("a row flows one way, and nothing goes back up").isEmpty();
    }

    /** Else the table above would allow two rooms to use each other. */
    @Test
    void noTwoRoomsMayUseEachOther() {
        Set<String> below = new HashSet<>();
        Set<String> rooms = new HashSet<>(MAY_USE.keySet());
        while (!rooms.isEmpty()) {
            Set<String> next =
                    rooms.stream().filter(room -> below.containsAll(used(room))).collect(Collectors.toSet());
            assertThat(next).as("one of %s stands above the others", rooms).isNotEmpty();
            below.addAll(next);
            rooms.removeAll(next);
        }
    }

    private static boolean mayUse(String room, String other) {
        return room.equals(other) || used(room).contains(other);
    }

    private static Set<String> used(String room) {
        return Stream.of(MAY_USE.get(room).split(" "))
                .filter(not(String::isEmpty))
                .map(other -> other.equals(".") ? "" : other)
                .collect(Collectors.toSet());
    }

    private static String room(JavaClass type) {
        return type.getPackageName().equals(ROOT) ? "" : type.getPackageName().substring(ROOT.length() + 1);
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
    }

    private static final int MOST_FILES = 35;

    @Test
    void aRoomCanBeSurveyed() {
        Map<String, Long> files = CLASSES.stream()
                .filter(type -> type.getEnclosingClass().isEmpty())
                .collect(Collectors.groupingBy(RoomsTest::room, Collectors.counting()));

        assertThat(files).allSatisfy((room, count) -> assertThat(count)
                .as("room %s: put what belongs together into a room within it", room)
                .isLessThanOrEqualTo(MOST_FILES));
    }

    @Test
    void noClassesOfARoomFormACircle() {
        Map<JavaClass, Set<JavaClass>> uses = new HashMap<>();
        CLASSES.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(use -> isOurs(use.getTargetClass()))
                .forEach(use -> uses.computeIfAbsent(outermost(use.getOriginClass()), type -> new HashSet<>())
                        .add(outermost(use.getTargetClass())));

        assertThat(uses.keySet()).allSatisfy(type -> assertThat(reachable(type, uses))
                .as("what %s uses must not use it in turn: hand in what it needs", type.getName())
                .doesNotContain(type));
    }

    private static Set<JavaClass> reachable(JavaClass from, Map<JavaClass, Set<JavaClass>> uses) {
        Set<JavaClass> reached = new HashSet<>();
        Deque<JavaClass> ahead = new ArrayDeque<>();
        ahead.add(from);
        while (!ahead.isEmpty()) {
            JavaClass type = ahead.remove();
            for (JavaClass used : uses.getOrDefault(type, Set.of())) {
                if (!used.equals(type) && reached.add(used)) {
                    ahead.add(used);
                }
            }
        }
        return reached;
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(RoomsTest::outermost).orElse(type);
    }

    /** What users may rely on; {@code @hidden} keeps every other public type out of the published javadoc. */
    private static final Set<String> API = Set.of(
            "BlankText",
            "Device",
            "EmbarkException",
            "EmbedOptions",
            "Encoding",
            "EncodingRanges",
            "ErrorCode",
            "LongText",
            "OnError",
            "Option",
            "Precision",
            "encode.ChunkVector",
            "encode.Embedder",
            "job.Main",
            "spark.EmbarkExtensions",
            "spark.EmbarkFunctions",
            "spark.EmbarkPlugin",
            "spark.TextEmbedder",
            "refresh.Refresh",
            "refresh.Refreshed");

    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^public (?:(?:abstract|final|sealed|non-sealed) )*(?:class|interface|enum|record|@interface) ",
            Pattern.MULTILINE);
    private static final Pattern HIDDEN_TYPE = Pattern.compile(
            "^ \\* @hidden Public for (?:Embark's other rooms only|Spark only, .+)\\.\\n \\*/\\n", Pattern.MULTILINE);

    @Test
    void whatIsPublicIsForUsersOrSaysThatItIsNot() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            Set<String> forUsers = new TreeSet<>();
            for (Path source : sources) {
                String text = Files.readString(source);
                if (PUBLIC_TYPE.matcher(text).find()
                        && !HIDDEN_TYPE.matcher(text).find()) {
                    forUsers.add(SOURCES.resolve("io/embark")
                            .relativize(source)
                            .toString()
                            .replace('/', '.')
                            .replaceFirst("\\.java$", ""));
                }
            }

            assertThat(forUsers)
                    .as(
                            "a public type is one of the API or ends its javadoc with '@hidden Public for Embark's other rooms"
                                    + " only.'")
                    .containsExactlyInAnyOrderElementsOf(API);
        }
    }

    private static final double MOST_PUBLIC = 0.45;

    @Test
    void fewTypesArePublic() {
        List<JavaClass> types = CLASSES.stream()
                .filter(type -> type.getEnclosingClass().isEmpty())
                .toList();
        long shown = types.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .count();

        assertThat((double) shown / types.size()).isLessThanOrEqualTo(MOST_PUBLIC);
    }

    @ParameterizedTest
    @CsvSource({
        "ai.djl, text torch",
        "com.sun.jna, torch",
        "org.apache.spark, spark job refresh",
        "org.apache.hadoop, spark job",
        "scala, spark job",
        "com.google.protobuf, model",
        "io.milvus, job.sink.store.milvus",
        "com.typesafe.config, job",
        "picocli, job"
    })
    void aLibraryIsKnownOnlyInTheRoomsThatNeedIt(String library, String rooms) {
        String[] packages =
                Stream.of(rooms.split(" ")).map("io.embark.%s.."::formatted).toArray(String[]::new);
        ArchRule rule = noClasses()
                .that(resideOutsideOfPackages(packages))
                .should()
                .dependOnClassesThat(resideInAPackage(library + ".."))
                .allowEmptyShould(true);

        rule.check(CLASSES);
    }

    /** Spark's own library of machine learning may be missing where nobody uses the stage. */
    @Test
    void onlyTheStageOfPipelinesNeedsSparkMl() {
        String stage = "io\\.embark\\.spark\\.(TextEmbedder|OptionParam)(\\$.*)?";
        noClasses()
                .that(DescribedPredicate.not(nameMatching(stage)))
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.spark.ml..").or(nameMatching(stage)))
                .check(CLASSES);
    }

    @Test
    void aClassIsNamedForWhatItDoes() {
        noClasses()
                .should()
                .haveNameMatching(".*(Utils?|Helper|Manager|Impl)")
                .because("such a name says nothing about what the class does")
                .check(CLASSES);
    }

    @Test
    void everyoneLogsThroughOneInterface() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "org.apache.commons.logging..")
                        .or(nameMatching("java\\.lang\\.System\\$Logger(\\$.*)?")))
                .orShould()
                .callMethod(System.class, "getLogger", String.class)
                .because("Spark's configuration rules what slf4j is told, and nothing else")
                .check(CLASSES);
    }

    /** Messages of exceptions hold paths and addresses, and those hold secrets. */
    @Test
    void nobodyLogsAnExceptionAsItIs() {
        noClasses()
                .should()
                .callMethodWhere(describe(
                        "a throwable is logged or printed",
                        call -> (call.getTargetOwner().isAssignableTo(Logger.class)
                                        && call.getTarget().getRawParameterTypes().stream()
                                                .anyMatch(type -> type.isAssignableTo(Throwable.class)))
                                || (call.getName().equals("printStackTrace")
                                        && !call.getOriginOwner().isEquivalentTo(Redaction.class))))
                .because("Redaction.trace takes secrets out of it")
                .check(CLASSES);
    }

    /** So that one mistake has one wording. */
    @Test
    void aRoomWordsItsRefusalsInClassesOfErrors() {
        assertThat(CLASSES.stream()
                        .filter(type -> type.getConstructorCallsFromSelf().stream()
                                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(EmbarkException.class)))
                        .map(JavaClass::getSimpleName)
                        .filter(name -> !name.endsWith("Errors")))
                .as("one method for each mistake, in a class of Errors; these word what every room refuses")
                .containsExactlyInAnyOrder("EmbarkException", "EncodingRanges", "ModelProblem", "Option");
    }

    @Test
    void everyErrorIsAnEmbarkException() {
        assertThat(CLASSES.stream()
                        .filter(type -> type.isAssignableTo(Throwable.class))
                        .map(JavaClass::getName))
                .containsExactly(EmbarkException.class.getName());
    }

    @Test
    void everyRoomSaysWhatLivesThere() {
        Set<Path> rooms = CLASSES.stream()
                .map(type -> SOURCES.resolve(type.getPackageName().replace('.', '/')))
                .collect(Collectors.toSet());

        assertThat(rooms)
                .allSatisfy(room ->
                        assertThat(room.resolve("package-info.java")).content().contains("/**", "Read "));
    }

    private static final int LONGEST = 400;

    @Test
    void aLongClassSaysWhy() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();

            assertThat(sources).allSatisfy(source -> {
                List<String> lines = Files.readAllLines(source);
                if (lines.size() > LONGEST) {
                    assertThat(lines)
                            .as(
                                    "%s has more than %d lines: make it two, or say in its javadoc 'Long, because'",
                                    source, LONGEST)
                            .anyMatch(line -> line.contains("Long, because"));
                }
            });
        }
    }
}
