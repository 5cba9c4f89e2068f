/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.Page;
import io.embark.Precision;
import io.embark.encode.Embedder;
import io.embark.host.CpuFeatures;
import io.embark.job.embed.ErrorReport;
import io.embark.refresh.Refreshed;
import io.embark.spark.SharedSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs what README.md and the manual show, as it is printed there: their Java, their SQL, and their commands by the job's own
 * entry point. Not run here are the launcher and spark-submit around a command, and HDFS: each path is looked for in a
 * temporary folder. The slow proofs run the Python.
 */
class ManualSnippetsTest {
    private static final Path GATE = Path.of(".ci", "run");
    private static final Path PROOFS = Path.of(".ci", "proofs");
    private static final Path PYTHON = Path.of(".ci", "python");

    /** The programs of the pages, beside commands of the shell, of which {@link #everyCommandIsRunSomewhere} knows each. */
    private static final Map<String, List<String>> PROGRAMS = Map.of(
            "README.md", List.of("sql", "java", "python", "java", "java"),
            "sql.md", List.of("sql", "sql"),
            "java.md", List.of("java", "java", "java"),
            "python.md", List.of("python", "python", "python", "python", "python"),
            "refresh.md", List.of("java", "java"),
            "connect.md", List.of("python"),
            "cluster.md", List.of("dockerfile"),
            "ml.md", List.of("java"),
            "streaming.md", List.of("java"));

    private static final Map<String, List<String>> JOBS = Map.of(
            "README.md", List.of("embed", "search"),
            "index.md", List.of("embed", "search"),
            "cluster.md", List.of("embed"),
            "encodings.md", List.of("embed", "embed"),
            "bench.md", List.of("bench"),
            "precision.md", List.of("embed", "inspect"));

    private static final Pattern TEST = Pattern.compile("^mvn (?:-B )?test -Dtest=(\\w+)$");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import .*;$");

    /** What a reader is expected to put around a snippet. In no package, so it sees only what is public. */
    private static final String CLASS = """
            import static org.apache.spark.sql.functions.col;
            import static org.apache.spark.sql.functions.lit;

            import io.embark.EmbedOptions;
            import io.embark.encode.Embedder;
            import java.util.List;
            import org.apache.spark.sql.Column;
            import org.apache.spark.ml.Pipeline;
            import org.apache.spark.ml.PipelineModel;
            import org.apache.spark.ml.PipelineStage;
            import org.apache.spark.ml.clustering.KMeans;
            import org.apache.spark.ml.clustering.KMeansModel;
            import org.apache.spark.sql.Dataset;
            import org.apache.spark.sql.Row;
            import org.apache.spark.sql.streaming.StreamingQuery;
            %s

            public final class Snippet {
                public static Object run(Dataset<Row> articles) throws Exception {
                    Object result;
                    %s
                    return result;
                }
            }
            """;

    private static final int DIMENSION = 384;
    private static final float MAX_DIFFERENCE = 1e-6f;

    private static final String ABOUT_VOLCANOES = "Magma rises through the crust and piles up around the vent.";
    private static final List<String> BODIES = List.of(
            "Knead flour, water and salt, and let the dough rest.", ABOUT_VOLCANOES, "The income tax has been raised.");

    private final SparkSession spark = SharedSpark.session();
    private final Dataset<Row> articles =
            spark.createDataset(BODIES, Encoders.STRING()).toDF("body");

    @TempDir
    Path folder;

    static List<Page> pages() {
        return Page.all();
    }

    static Stream<Page> pagesWithJobs() {
        return Page.all().stream().filter(page -> JOBS.containsKey(name(page)));
    }

    private static String name(Page page) {
        return page.path().getFileName().toString();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aPageShowsNoProgramThatIsUnknownHere(Page page) {
        assertThat(page.fences().stream()
                        .map(Page.Fence::language)
                        .filter(language -> !language.equals("bash") && !language.equals("text")))
                .containsExactlyElementsOf(PROGRAMS.getOrDefault(name(page), List.of()));
        assertThat(page.prose()).doesNotContain("```").doesNotContainPattern("(?m)^(    |\t)");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandIsRunSomewhere(Page page) throws IOException {
        List<String> jobs = new ArrayList<>();
        for (List<String> words : page.commands()) {
            String command = String.join(" ", words);
            switch (words.get(0)) {
                case "jobs/embark" -> {
                    if (words.contains("--config")) {
                        assertProven(words);
                    } else {
                        jobs.add(words.get(1));
                    }
                }
                case "spark-submit" -> jobs.add(behindTheJar(words).get(0));
                case "jobs/quickstart" -> assertThat(GATE).content().contains("\nstep jobs/quickstart\n");
                case "pyspark", "sbin/start-connect-server.sh" ->
                    assertThat(Map.of("pyspark", "python.md", "sbin/start-connect-server.sh", "connect.md"))
                            .containsEntry(words.get(0), name(page));
                case "mvn" -> assertKnownToMaven(command);
                case "install" -> assertThat(PROOFS.resolve("caches")).content().contains("install -d -m 1777 ");
                default -> {
                    assertThat(Path.of(words.get(0))).isExecutable();
                    assertThat(words).hasSize(1);
                }
            }
        }

        assertThat(jobs).isEqualTo(JOBS.getOrDefault(name(page), List.of()));
    }

    /** With a server or a jar that the proofs bring. */
    private static void assertProven(List<String> words) throws IOException {
        String sample = String.join(" ", words.subList(words.indexOf("--config"), words.size()));
        try (Stream<Path> proofs = Files.list(PROOFS)) {
            List<String> scripts = new ArrayList<>();
            for (Path proof : proofs.toList()) {
                scripts.add(Files.readString(proof));
            }
            assertThat(scripts).anySatisfy(script -> assertThat(script).contains(sample));
        }
    }

    /** What the gate, the launcher or whoever reads the pages runs. */
    private static void assertKnownToMaven(String command) {
        MatchResult test = TEST.matcher(command).results().findFirst().orElse(null);
        if (test == null) {
            assertThat(command).isIn("mvn -B verify", "mvn -B -DskipTests package", "mvn spotless:apply", "mvn site");
            return;
        }

        try (Stream<Path> sources = Files.walk(Path.of("src", "test", "java"))) {
            assertThat(sources.map(source -> source.getFileName().toString())).contains(test.group(1) + ".java");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theGateRunsTheTestsAndTheProofs() throws IOException {
        assertThat(GATE)
                .content()
                .contains(
                        "\nstep mvn -B verify\n",
                        "\nof_the_job >",
                        "\nothers\n",
                        "  for proof in .ci/proofs/*; do\n",
                        "    [[ \" $OF_THE_JOB \" == *\" ${proof##*/} \"* ]] || step \"$proof\"\n",
                        "  for proof in $OF_THE_JOB; do\n    step \".ci/proofs/$proof\"\n");
        String lane = Files.readString(GATE).split("OF_THE_JOB=\"", 2)[1].split("\"", 2)[0];
        assertThat(Stream.of(lane.split(" ")).map(PROOFS::resolve)).isNotEmpty().allSatisfy(proof -> assertThat(proof)
                .isExecutable());
    }

    @Test
    void theProofsFillACacheAsAnImageDoes() {
        assertThat(PROOFS.resolve("caches"))
                .content()
                .contains("image=$(sed -n 's/^RUN //p' src/site/markdown/cluster.md)");
    }

    @Test
    void theProofsRunThePythonAndWhatStartsIt() {
        assertThat(PROOFS.resolve("pyspark"))
                .content()
                .contains("grep -E '^pyspark ' src/site/markdown/python.md")
                .contains("submitted_test.py", "started_test.py", "registered_test.py");
        assertThat(PROOFS.resolve("connect"))
                .content()
                .contains("sed -n '/^sbin\\/start-connect-server.sh /,/[^\\\\]$/p' src/site/markdown/connect.md")
                .contains("connect_test.py");
        assertThat(PYTHON.resolve("manual.py"))
                .content()
                .contains("[DOOR] = blocks(\"README.md\")")
                .contains("START, REGISTER, CALLS, FEATURES, REFRESH = blocks(\"src/site/markdown/python.md\")")
                .contains("[CONNECT] = blocks(\"src/site/markdown/connect.md\")");
        assertThat(PYTHON.resolve("started_test.py")).content().contains("manual.run(manual.START,");
        assertThat(PYTHON.resolve("registered_test.py")).content().contains("manual.run(manual.REGISTER,");
        assertThat(PYTHON.resolve("embed_calls.py"))
                .content()
                .contains("manual.run(manual.DOOR,", "manual.run(manual.CALLS,");
        assertThat(PYTHON.resolve("submitted_test.py"))
                .content()
                .contains("manual.run(manual.FEATURES,", "manual.run(manual.REFRESH,");
        assertThat(PYTHON.resolve("connect_test.py")).content().contains("manual.run(manual.CONNECT.");
    }

    static List<Page> pagesWithAColumn() {
        return List.of(Page.readme(), Page.of("java"));
    }

    @ParameterizedTest
    @MethodSource("pagesWithAColumn")
    void theSparkSnippetEmbedsAColumn(Page page) throws Exception {
        Dataset<Row> embedded = ((Dataset<?>) resultOfJava(page, "embedded")).toDF();

        assertThat(embedded.columns()).containsExactly("body", "embedding");
        assertEmbedded(embedded);
    }

    @Test
    void theSparkSnippetWithOptionsRanksByTheQuestion() throws Exception {
        List<Row> ranked = ((Dataset<?>) resultOfJava(Page.of("java"), "ranked"))
                .toDF()
                .select("body", "score")
                .collectAsList();

        assertThat(ranked).hasSize(BODIES.size());
        assertThat(ranked.get(0).getString(0)).isEqualTo(ABOUT_VOLCANOES);
    }

    @Test
    void theSqlOfTheFrontDoorEmbedsAColumn() {
        SparkSession session = spark.newSession();
        session.createDataset(BODIES, Encoders.STRING()).toDF("body").createOrReplaceTempView("articles");

        assertThat(sqlStatements(Page.readme())).singleElement().satisfies(sql -> assertEmbedded(session.sql(sql)));
    }

    @Test
    void theSqlRunsAsItIsPrinted() {
        SparkSession session = spark.newSession();
        session.createDataset(BODIES, Encoders.STRING()).toDF("body").createOrReplaceTempView("articles");
        List<Dataset<Row>> results = new ArrayList<>();
        try {
            for (String statement : sqlStatements(Page.of("sql"))) {
                results.add(session.sql(statement));
            }

            assertThat(results).hasSize(5);
            assertEmbedded(session.table("embedded"));
            assertThat(results.get(1).collectAsList()).hasSize(BODIES.size());
            assertThat(results.get(1).head().getString(0)).isEqualTo(ABOUT_VOLCANOES);
            assertThat(results.get(3).collectAsList())
                    .hasSize(BODIES.size())
                    .allSatisfy(row -> assertThat(floats(row.getList(0))).hasSize(256));
            double squares = 0;
            for (float component : floats(results.get(3).head().getList(0))) {
                squares += component * component;
            }
            assertThat(squares).isCloseTo(1, within(1e-5));
            assertThat(results.get(4).head().getString(0)).isEqualTo("Function: embed");
        } finally {
            session.sql("DROP TABLE IF EXISTS embedded");
        }
    }

    private static List<String> sqlStatements(Page page) {
        return page.blocks("sql").stream()
                .flatMap(block -> Stream.of(block.split(";")))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pagesWithAColumn")
    void thePlainJavaSnippetEmbedsTexts(Page page) throws Exception {
        float[][] vectors = (float[][]) resultOfJava(page, "vectors");

        assertThat(vectors).hasDimensions(2, DIMENSION);
        assertVectors(List.of(vectors), List.of("how volcanoes form", "a recipe for bread"));
    }

    @Test
    void thePipelineSnippetsClusterArticles() throws Exception {
        Pipeline pipeline = (Pipeline) resultOfJava(Page.readme(), "pipeline");
        assertClusters(pipeline.fit(articles));
        assertClusters((PipelineModel) resultOfJava(Page.of("ml"), "clusters"));
    }

    private void assertClusters(PipelineModel clusters) {
        assertThat(clusters.transform(articles).select("prediction").distinct().collectAsList())
                .containsExactlyInAnyOrder(RowFactory.create(0), RowFactory.create(1));
    }

    @Test
    void theStreamSnippetEmbedsWhatArrives() throws Exception {
        articles.write().json(inFolder("arriving"));
        Dataset<Row> arriving = spark.readStream().schema(articles.schema()).json(inFolder("arriving"));
        StreamingQuery query = (StreamingQuery) resultOfJava(Page.of("streaming"), "query", arriving);
        query.processAllAvailable();
        query.stop();

        assertThat(Path.of(inFolder("articles_checkpoint"))).isDirectory();
        assertEmbedded(spark.read().parquet(inFolder("articles_embedded")));
    }

    @Test
    void theRefreshSnippetsKeepATableRight() throws Exception {
        Dataset<Row> keyed = articles.selectExpr("xxhash64(body) AS id", "1 AS version", "body");
        Refreshed done = (Refreshed) resultOfJava(Page.of("refresh"), "done", keyed.limit(1));
        assertThat(done.embedded()).isEqualTo(1);

        keyed.write().json(inFolder("arriving"));
        Dataset<Row> arriving = spark.readStream().schema(keyed.schema()).json(inFolder("arriving"));
        StreamingQuery query = (StreamingQuery) resultOfJava(Page.of("refresh"), "kept", arriving);
        query.processAllAvailable();
        query.stop();

        assertEmbedded(spark.read().parquet(inFolder("articles_nightly")));
    }

    @ParameterizedTest
    @MethodSource("pagesWithJobs")
    void theCommandsEmbedTablesAndSearchThem(Page page) {
        articles.write().parquet(inFolder("articles.parquet"));
        articles.write().parquet(inFolder("more.parquet"));
        articles.write().parquet(inFolder("hdfs:///articles"));

        for (List<String> job : jobs(page)) {
            Outcome outcome = job.get(0).equals("bench")
                    // In the time that a test has.
                    ? Outcome.of(job, "--budget", "4s")
                    : Outcome.of(job.toArray(new String[0]));
            if (job.contains("--precision")) {
                assertComputesIn(EmbedOptions.PRECISION.parse(job.get(job.indexOf("--precision") + 1)), outcome);
                continue;
            }
            assertThat(outcome.code()).as("%s: %s", job, outcome.err()).isZero();
            if (job.contains("--encoding")) {
                assertThat(codes(job.get(job.indexOf("--output") + 1)))
                        .hasSize(BODIES.size())
                        .isEqualTo(codes(inFolder("codes")));
            } else if (job.get(0).equals("bench")) {
                assertThat(outcome.out()).contains("\n250,000,000 rows of texts take ");
                assertThat(Path.of(job.get(job.indexOf("--report") + 1), "bench.html"))
                        .exists();
            } else if (job.get(0).equals("embed")) {
                assertEmbedded(spark.read().parquet(job.get(job.indexOf("--output") + 1)));
            } else {
                List<String> lines = outcome.out().lines().toList();
                assertThat(lines).hasSize(1 + BODIES.size());
                assertThat(lines.get(1)).endsWith(ABOUT_VOLCANOES);
            }
        }
    }

    private static void assertComputesIn(Precision precision, Outcome outcome) {
        if (CpuFeatures.have(precision)) {
            assertThat(outcome.code()).as(outcome.err()).isZero();
        } else {
            assertThat(outcome.errorLines().get(0)).contains(" is not to be had on host ");
        }
    }

    @Test
    void anErrorLooksAsThePageShowsIt() {
        Outcome outcome = Outcome.of("embed", "--input", inFolder("articles.parquet"), "--batch-tokens", "5");

        assertThat(outcome.code()).isEqualTo(ErrorReport.REQUEST_WRONG);
        assertThat(Page.of("errors").blocks("text")).containsExactly(outcome.err());
    }

    private List<List<Byte>> codes(String path) {
        return spark.read().parquet(path).orderBy("body").select("embedding").collectAsList().stream()
                .map(row -> row.<Byte>getList(0))
                .toList();
    }

    /** Compiles and runs the block that declares a variable; what the variable was set to. */
    private Object resultOfJava(Page page, String variable) throws Exception {
        return resultOfJava(page, variable, articles);
    }

    private Object resultOfJava(Page page, String variable, Dataset<Row> table) throws Exception {
        Pattern declaration = Pattern.compile("\\b%s = [^;]*;".formatted(variable));
        List<String> blocks =
                page.blocks("java").stream().filter(declaration.asPredicate()).toList();
        assertThat(blocks).as("blocks of %s that declare %s", page, variable).hasSize(1);

        String block = blocks.get(0).replaceAll("\"(articles_\\w+)\"", "\"" + inFolder("$1") + "\"");
        String imports = IMPORT.matcher(block).results().map(MatchResult::group).collect(Collectors.joining("\n"));
        String statements = IMPORT.matcher(block).replaceAll("");
        compile(CLASS.formatted(
                imports, declaration.matcher(statements).replaceFirst("$0 result = %s;".formatted(variable))));
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            return loader.loadClass("Snippet").getMethod("run", Dataset.class).invoke(null, table);
        }
    }

    private void compile(String source) throws IOException {
        Path file = Files.writeString(folder.resolve("Snippet.java"), source);
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        String classPath = System.getProperty("java.class.path");
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, messages, "-proc:none", "-classpath", classPath, file.toString());
        assertThat(code).as("%s%n%s", source, messages.toString(UTF_8)).isZero();
    }

    /** What the commands of a page hand to the job, with their paths in the temporary folder. */
    private List<List<String>> jobs(Page page) {
        List<List<String>> jobs = new ArrayList<>();
        for (List<String> words : page.commands()) {
            switch (words.get(0)) {
                case "jobs/embark" -> jobs.add(withLocalPaths(words.subList(1, words.size())));
                case "spark-submit" -> jobs.add(withLocalPaths(behindTheJar(words)));
                default -> {}
            }
        }
        return jobs;
    }

    private static List<String> behindTheJar(List<String> words) {
        int jar = 1;
        while (words.get(jar).startsWith("--")) {
            jar += 2;
        }
        assertThat(words.get(jar)).endsWith(".jar");
        assertThat(words.subList(0, jar)).containsSequence("--class", Main.class.getName());
        return words.subList(jar + 1, words.size());
    }

    private List<String> withLocalPaths(List<String> arguments) {
        List<String> local = new ArrayList<>(arguments);
        for (String option : List.of("--input", "--output", "--table", "--encoding-ranges", "--report")) {
            int at = arguments.indexOf(option);
            if (at >= 0) {
                local.set(at + 1, inFolder(arguments.get(at + 1)));
            }
        }
        return local;
    }

    private String inFolder(String path) {
        return folder.resolve(path.replace("hdfs:///", "hdfs/")).toString();
    }

    private static void assertEmbedded(Dataset<Row> table) {
        List<Row> rows = table.select("body", "embedding").collectAsList();
        List<String> texts = rows.stream().map(row -> row.getString(0)).toList();
        List<float[]> vectors = rows.stream().map(row -> floats(row.getList(1))).toList();

        assertThat(texts).containsExactlyInAnyOrderElementsOf(BODIES);
        assertVectors(vectors, texts);
    }

    private static float[] floats(List<Float> list) {
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = list.get(i);
        }
        return floats;
    }

    private static void assertVectors(List<float[]> vectors, List<String> texts) {
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults())) {
            float[][] expected = embedder.embed(texts);
            for (int i = 0; i < expected.length; i++) {
                assertThat(vectors.get(i)).hasSize(DIMENSION).containsExactly(expected[i], within(MAX_DIFFERENCE));
            }
        }
    }
}
