package io.embark.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.spark.SharedSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what README.md shows, as it is printed there: its Java, and its commands by the job's own entry point. Not run here
 * are the launcher and spark-submit around a command, and HDFS: each path is looked for in a temporary folder. The slow
 * proofs run the Python.
 */
class ReadmeSnippetsTest {
    private static final Path README = Path.of("README.md");
    private static final Path GATE = Path.of(".ci", "run");
    private static final Path PROOFS = Path.of(".ci", "proofs");
    private static final Path PYTHON = Path.of(".ci", "python");

    private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\V*)\\n(.*?)^```$");
    private static final Pattern INDENTED = Pattern.compile("(?m)^ {4}((?:.*\\\\\\n)*.*)$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
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

    private String readme;

    @BeforeEach
    void read() throws IOException {
        readme = Files.readString(README);
    }

    @Test
    void readmeShowsNothingThatIsUnknownHere() {
        assertThat(FENCED.matcher(readme).results().map(block -> block.group(1)))
                .containsExactly(
                        "sql", "sql", "java", "java", "java", "java", "java", "python", "python", "python", "python",
                        "python");
        assertThat(FENCED.matcher(readme).replaceAll("")).doesNotContain("```");
        assertThat(commands())
                .extracting(words -> words.get(0))
                .containsExactly(
                        "jobs/quickstart",
                        "jobs/embark",
                        "jobs/embark",
                        "spark-submit",
                        "jobs/embark",
                        "jobs/embark",
                        "pyspark",
                        "sbin/start-connect-server.sh",
                        "mvn");
    }

    @Test
    void theGateRunsTheCommandsThatAreNotRunHere() {
        assertThat(commands()).contains(List.of("jobs/quickstart"), List.of("mvn", "-B", "verify"));
        assertThat(GATE).content().contains("\nstep jobs/quickstart\n", "\nstep mvn -B verify\n");
    }

    @Test
    void theProofsRunThePythonAndWhatStartsIt() {
        assertThat(GATE).content().contains("\nfor proof in .ci/proofs/*; do\n  step \"$proof\"\n");
        assertThat(PROOFS.resolve("pyspark"))
                .content()
                .contains("grep -E '^    pyspark ' README.md")
                .contains("submitted_test.py", "started_test.py", "registered_test.py");
        assertThat(PROOFS.resolve("connect")).content().contains("start-connect-server.sh", "connect_test.py");
        assertThat(PYTHON.resolve("readme.py"))
                .content()
                .contains("START, REGISTER, CALLS, FEATURES = blocks(\"From Python\")")
                .contains("[CONNECT] = blocks(\"Over Spark Connect\")");
        assertThat(PYTHON.resolve("started_test.py")).content().contains("readme.run(readme.START,");
        assertThat(PYTHON.resolve("registered_test.py")).content().contains("readme.run(readme.REGISTER,");
        assertThat(PYTHON.resolve("embed_calls.py")).content().contains("readme.run(readme.CALLS,");
        assertThat(PYTHON.resolve("submitted_test.py")).content().contains("readme.run(readme.FEATURES,");
        assertThat(PYTHON.resolve("connect_test.py")).content().contains("readme.run(readme.CONNECT.");
    }

    @Test
    void theSparkSnippetEmbedsAColumn() throws Exception {
        Dataset<Row> embedded = ((Dataset<?>) resultOfJava("embedded")).toDF();

        assertThat(embedded.columns()).containsExactly("body", "embedding");
        assertEmbedded(embedded);
    }

    @Test
    void theSparkSnippetWithOptionsRanksByTheQuestion() throws Exception {
        List<Row> ranked = ((Dataset<?>) resultOfJava("ranked"))
                .toDF()
                .select("body", "score")
                .collectAsList();

        assertThat(ranked).hasSize(BODIES.size());
        assertThat(ranked.get(0).getString(0)).isEqualTo(ABOUT_VOLCANOES);
    }

    @Test
    void theSqlRunsAsItIsPrinted() {
        SparkSession session = spark.newSession();
        session.createDataset(BODIES, Encoders.STRING()).toDF("body").createOrReplaceTempView("articles");
        List<Dataset<Row>> results = new ArrayList<>();
        try {
            for (String statement : sqlStatements()) {
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

    private List<String> sqlStatements() {
        return FENCED.matcher(readme)
                .results()
                .filter(block -> block.group(1).equals("sql"))
                .flatMap(block -> Stream.of(block.group(2).split(";")))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    @Test
    void thePlainJavaSnippetEmbedsTexts() throws Exception {
        float[][] vectors = (float[][]) resultOfJava("vectors");

        assertThat(vectors).hasDimensions(2, DIMENSION);
        assertVectors(List.of(vectors), List.of("how volcanoes form", "a recipe for bread"));
    }

    @Test
    void thePipelineSnippetClustersArticles() throws Exception {
        PipelineModel clusters = (PipelineModel) resultOfJava("clusters");

        assertThat(clusters.transform(articles).select("prediction").distinct().collectAsList())
                .containsExactlyInAnyOrder(RowFactory.create(0), RowFactory.create(1));
    }

    @Test
    void theStreamSnippetEmbedsWhatArrives() throws Exception {
        articles.write().json(inFolder("arriving"));
        Dataset<Row> arriving = spark.readStream().schema(articles.schema()).json(inFolder("arriving"));
        StreamingQuery query = (StreamingQuery) resultOfJava("query", arriving);
        query.processAllAvailable();
        query.stop();

        assertThat(Path.of(inFolder("articles_checkpoint"))).isDirectory();
        assertEmbedded(spark.read().parquet(inFolder("articles_embedded")));
    }

    @Test
    void theCommandsEmbedTablesAndSearchThem() {
        articles.write().parquet(inFolder("articles.parquet"));
        articles.write().parquet(inFolder("more.parquet"));
        articles.write().parquet(inFolder("hdfs:///articles"));
        List<List<String>> jobs = jobs();

        assertThat(jobs).extracting(job -> job.get(0)).containsExactly("embed", "search", "embed", "embed", "embed");
        for (List<String> job : jobs) {
            Outcome outcome = Outcome.of(job.toArray(new String[0]));
            assertThat(outcome.code()).as("%s: %s", job, outcome.err()).isZero();
            if (job.contains("--encoding")) {
                assertThat(codes(job.get(job.indexOf("--output") + 1)))
                        .hasSize(BODIES.size())
                        .isEqualTo(codes(inFolder("codes")));
            } else if (job.get(0).equals("embed")) {
                assertEmbedded(spark.read().parquet(job.get(job.indexOf("--output") + 1)));
            } else {
                List<String> lines = outcome.out().lines().toList();
                assertThat(lines).hasSize(1 + BODIES.size());
                assertThat(lines.get(1)).endsWith(ABOUT_VOLCANOES);
            }
        }
    }

    private List<List<Byte>> codes(String path) {
        return spark.read().parquet(path).orderBy("body").select("embedding").collectAsList().stream()
                .map(row -> row.<Byte>getList(0))
                .toList();
    }

    /** Compiles and runs the block that declares a variable; what the variable was set to. */
    private Object resultOfJava(String variable) throws Exception {
        return resultOfJava(variable, articles);
    }

    private Object resultOfJava(String variable, Dataset<Row> table) throws Exception {
        Pattern declaration = Pattern.compile("\\b%s = [^;]*;".formatted(variable));
        List<String> blocks = FENCED.matcher(readme)
                .results()
                .map(block -> block.group(2))
                .filter(declaration.asPredicate())
                .toList();
        assertThat(blocks).as("blocks that declare %s", variable).hasSize(1);

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

    /** The words of each command that stands indented in the README. */
    private List<List<String>> commands() {
        return INDENTED.matcher(FENCED.matcher(readme).replaceAll(""))
                .results()
                .map(command -> words(command.group(1).replace("\\\n", " ")))
                .toList();
    }

    private static List<String> words(String command) {
        return WORD.matcher(command)
                .results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toList();
    }

    /** What the commands hand to the job, with their paths in the temporary folder. */
    private List<List<String>> jobs() {
        List<List<String>> jobs = new ArrayList<>();
        for (List<String> words : commands()) {
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
        for (String option : List.of("--input", "--output", "--table", "--encoding-ranges")) {
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
