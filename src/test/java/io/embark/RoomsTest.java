package io.embark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the rooms of the house apart: which room may use which, and what it must not know. */
class RoomsTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final int LONGEST = 400;

    /** The classes that word refusals, and those that say one again in other words. */
    private static final String[] WORDING = {
        "CallErrors",
        "ColumnErrors",
        "EmbarkException",
        "EmbeddingErrors",
        "EncodingRanges",
        "FunctionErrors",
        "HostErrors",
        "ModelCache",
        "ModelErrors",
        "ModelProblem",
        "Option",
        "PlanErrors",
        "SparkSettings",
        "TokenizerErrors",
        "TorchErrors"
    };

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.embark");

    @Test
    void aRoomUsesOnlyTheRoomsToItsRight() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("ground floor")
                .definedBy("io.embark")
                .layer("base")
                .definedBy("io.embark.base..")
                .layer("model")
                .definedBy("io.embark.model..")
                .layer("text")
                .definedBy("io.embark.text..")
                .layer("torch")
                .definedBy("io.embark.torch..")
                .layer("encode")
                .definedBy("io.embark.encode..")
                .layer("spark")
                .definedBy("io.embark.spark..")
                .layer("job.table")
                .definedBy("io.embark.job.table..")
                .layer("job")
                .definedBy("io.embark.job")
                .whereLayer("ground floor")
                .mayOnlyAccessLayers("base")
                .whereLayer("base")
                .mayOnlyAccessLayers("ground floor")
                .whereLayer("model")
                .mayOnlyAccessLayers("ground floor", "base")
                .whereLayer("text")
                .mayOnlyAccessLayers("ground floor", "base", "model")
                .whereLayer("torch")
                .mayOnlyAccessLayers("ground floor", "base", "model")
                .whereLayer("encode")
                .mayOnlyAccessLayers("ground floor", "base", "model", "text", "torch")
                .whereLayer("spark")
                .mayOnlyAccessLayers("ground floor", "base", "model", "text", "torch", "encode")
                .whereLayer("job.table")
                .mayOnlyAccessLayers("ground floor", "base", "model", "text", "torch", "encode", "spark")
                .whereLayer("job")
                .mayOnlyAccessLayers("ground floor", "base", "model", "text", "torch", "encode", "spark", "job.table")
                .because("a row flows one way, and nothing goes back up")
                .check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "ai.djl, text torch",
        "com.sun.jna, torch",
        "org.apache.spark, spark job",
        "org.apache.hadoop, spark job",
        "scala, spark job",
        "com.google.protobuf, model",
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
                .that(not(nameMatching(stage)))
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

    /** So that one mistake has one wording; in the job's rooms refusals still stand where they are thrown. */
    @Test
    void aRoomWordsItsRefusalsInOnePlace() {
        assertThat(CLASSES.stream()
                        .filter(type -> !type.getPackageName().startsWith("io.embark.job"))
                        .filter(type -> type.getConstructorCallsFromSelf().stream()
                                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(EmbarkException.class)))
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder(WORDING);
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
