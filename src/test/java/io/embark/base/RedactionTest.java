/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                // Spark's own, and those of hadoop.security.sensitive-config-keys.
                "spark.my.secret",
                "spark.ssl.keyStorePassword",
                "spark.authToken",
                "spark.hadoop.fs.s3a.access.key",
                "fs.s3a.server-side-encryption.key",
                "fs.s3a.bucket.logs.server-side-encryption.key",
                "fs.s3a.encryption.key",
                "fs.s3a.bucket.logs.secret.key",
                "fs.s3a.session.key",
                "fs.s3a.session.token",
                "spark.hadoop.fs.azure.account.key.mine.dfs.core.windows.net",
                "fs.azure.oauth2.client.id",
                "fs.adl.oauth2.refresh.token",
                "ssl.keystore.pass",
                // Those of stores and services.
                "spark.hadoop.fs.azure.sas.container.mine.blob.core.windows.net",
                "fs.azure.sas.fixed.token",
                "sink-option.apikey",
                "sink-option.api_key",
                "x-api-key",
                "sink-option.encryptionKey",
                "accountKey",
                "SharedAccessKey",
                "sharedAccessSignature",
                "sfPassword",
                "pem_private_key",
                "es.net.http.auth.pass",
                "PWD",
                "bootPassword",
                "passphrase",
                "connectionString",
                "connection-string",
                "kafka.sasl.jaas.config",
                "basic.auth.user.info",
                "X-Amz-Signature",
                "X-Amz-Credential",
                "X-Goog-Signature",
                "sig",
                "access_token",
                "auth-tokens",
                "credentials",
                "parquet.encryption.key.list",
                "Authorization"
            })
    void knowsASecretByItsKey(String key) {
        assertThat(Redaction.isSecret(key)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "batch-tokens",
                "max-tokens",
                "chunk-tokens",
                "tokenizer",
                "spark.io.encryption.keySizeBits",
                "spark.hadoop.fs.azure.account.auth.type.mine.dfs.core.windows.net",
                "fs.azure.account.keyprovider.mine.dfs.core.windows.net",
                "hadoop.security.credential.provider.path",
                "spark.security.credentials.hive.enabled",
                "private_key_file",
                "primaryKey",
                "recordkey.field",
                "partition-key",
                "signed",
                "design",
                "compass",
                "bypass",
                "user",
                "url",
                "compression",
                "sasha",
                "key"
            })
    void leavesOtherKeysAlone(String key) {
        assertThat(Redaction.isSecret(key)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    https://user:S3kr3t@hub/models                        | https://*@hub/models
                    https://S3kr3t@hub/models                             | https://*@hub/models
                    s3a://KEY:S3kr3t@bucket/a/b                           | s3a://*@bucket/a/b
                    s3a://KEY:S3k/r3t+x@bucket/a                          | s3a://*@bucket/a
                    ftp://me:S3k@r3t@host/a                               | ftp://*@host/a
                    hdfs://me:8S3kr3t@nn:8020/a                           | hdfs://*@nn:8020/a
                    hdfs://me:1234S3kr3t@nn:8020/a                        | hdfs://*@nn:8020/a
                    mongodb+srv://me:S3kr3t@h.example/db?x=1              | mongodb+srv://*@h.example/db?x=1
                    jdbc:mysql://me:S3kr3t@h:3306/db                      | jdbc:mysql://*@h:3306/db
                    jdbc:oracle:thin:scott/S3kr3t@host:1521:orcl          | jdbc:oracle:thin:*@host:1521:orcl
                    jdbc:oracle:thin:scott/S3kr3t@//host:1521/svc         | jdbc:oracle:thin:*@//host:1521/svc
                    jdbc:oracle:oci:scott/"S3k@r3t"@host                  | jdbc:oracle:oci:*@host
                    JDBC:ORACLE:THIN:SCOTT/S3kr3t@HOST                    | JDBC:ORACLE:THIN:*@HOST
                    jdbc:postgresql://h/db?user=me&password=S3kr3t&ssl=1  | jdbc:postgresql://h/db?user=me&password=*&ssl=1
                    jdbc:sqlserver://h;user=me;password=S3kr3t;encrypt=1  | jdbc:sqlserver://h;user=me;password=*;encrypt=1
                    jdbc:sqlserver://h;password={S3k;r3t};encrypt=true    | jdbc:sqlserver://h;password=*;encrypt=true
                    jdbc:db2://h:50000/db:user=me;password=S3kr3t;        | jdbc:db2://h:50000/db:user=me;password=*;
                    jdbc:derby:db;user=me;bootPassword=S3kr3t             | jdbc:derby:db;user=me;bootPassword=*
                    https://a.blob/c/f?sv=2020&sig=S3kr3t%3D&se=1         | https://a.blob/c/f?sv=2020&sig=*&se=1
                    https://b/f?X-Amz-Date=1&X-Amz-Signature=S3kr3t       | https://b/f?X-Amz-Date=1&X-Amz-Signature=*
                    https://b/f?access_token=S3kr3t#top                   | https://b/f?access_token=*
                    https://b/f?key=S3kr3t&q=1                            | https://b/f?key=*&q=1
                    AccountName=me;AccountKey=S3kr3t==;EndpointSuffix=x   | AccountName=me;AccountKey=*;EndpointSuffix=x
                    PlainLogin required username="x" password="S3k r3t";  | PlainLogin required username="x" password="*";
                    Map(password -> S3kr3t, url -> jdbc:x)                | Map(password -> * url -> jdbc:x)
                    {"user": "me", "apikey": "S3kr3t", "n": 1}            | {"user": "me", "apikey": "*", "n": 1}
                    Authorization: Bearer S3kr3t                          | Authorization: *
                    x-api-key: S3kr3t                                     | x-api-key: *
                    the option password = S3kr3t is wrong                 | the option password = * is wrong
                    token hf_S3kr3tS3kr3tS3kr3t in use                    | token * in use
                    AKIAS3KR3TS3KR3TAAAA was refused                      | * was refused
                    """)
    void takesASecretOutOfEveryForm(String text, String shown) {
        String masked = Redaction.text(text);

        assertThat(masked).isEqualTo(shown.replace("*", Redaction.MASK)).doesNotContainIgnoringCase("S3k");
        assertThat(Redaction.text(masked)).as("once more").isEqualTo(masked);
        assertThat(Redaction.secrets(text))
                .anySatisfy(secret -> assertThat(secret).containsIgnoringCase("S3k"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/data/articles.parquet",
                "hdfs://nn:8020/a/b@c",
                "hdfs://me@nn/a",
                "http://localhost:8080/x?user=a@b",
                "https://host:443",
                "abfss://container@account.dfs.core.windows.net/a",
                "wasbs://container@account.blob.core.windows.net/a",
                "https://[::1]:8080/a@b",
                "mongodb://h1:27017,h2:27017/db",
                "jdbc:oracle:thin:@//host:1521/service",
                "jdbc:oracle:thin:@host:1521:orcl",
                "s3a://bucket/year=2024/part-00000.parquet",
                "org/name@0123456789abcdef0123456789abcdef01234567",
                "Set batch-tokens=4096 and max-tokens=512, or leave tokenizer=fast.",
                "model /m: tokenizer_config.json: model_max_length is 512",
                "FileScan parquet [id#1,token#2] Batched: true, PushedFilters: [IsNotNull(token)], ReadSchema: struct<id:int>",
                "Write to me@example.org: the report is at https://host/a"
            })
    void leavesWhatIsHarmlessAsItIs(String text) {
        assertThat(Redaction.text(text)).isEqualTo(text);
        assertThat(Redaction.secrets(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    name = 'Alice Doe' and year >= 2024 limit 10   | name = '***' and year >= 2024 limit 10
                    name = "Alice" or `a 'b` = 'c'                 | name = '***' or `a 'b` = '***'
                    a = 'it''s' and b = 'it\\'s' and c = 1         | a = '***' and b = '***' and c = 1
                    a = r'C:\\' and name = 'Alice'                 | a = '***' and name = '***'
                    tabler'x' = 1                                  | tabler'***' = 1
                    born = date '1980-03-04' and ssn = 123456789   | born = date '***' and ssn = ***
                    x'CAFE' = h and n = 0.5                        | x'***' = h and n = 0.5
                    select /*+ BROADCAST(t) */ 1 /* Alice's */     | select /*+ BROADCAST(t) */ 1 /* *** */
                    select 1 -- Alice's                            | select 1 -- ***
                    name = 'Alice                                  | name = '***'
                    $$Alice$$ = $t$Al'ice$t$ and a = 1             | '***' = '***' and a = 1
                    select * from parquet.`s3a://K:S3k@b/p`        | select * from parquet.`s3a://*********(redacted)@b/p`
                    """)
    void takesTheLiteralsOutOfAQuery(String sql, String shown) {
        assertThat(Redaction.query(sql)).isEqualTo(shown);
    }

    @Test
    void knowsWhatTheLiteralsSay() {
        assertThat(Redaction.literals("a = 'Alice' and b = r'C:\\' and c = 123456L and d = 12 and e = \"x\""))
                .containsExactly("Alice", "C:\\", "123456", "x");
    }

    /** A text that is cut first shows half an address, which does not look like one. */
    @Test
    void takesSecretsOutBeforeAValueIsCut() {
        String address = "https://user:" + "S3kr3t".repeat(30) + "@hub/a";

        assertThat(Shown.value(address)).isEqualTo("https://*********(redacted)@hub/a");
    }

    @Test
    void noErrorOfOursHasASecret() {
        assertThatThrownBy(() -> {
                    throw new EmbarkException(
                            ErrorCode.RUN_FAILED,
                            "hub https://u:S3kr3t@h: gone",
                            "password=S3kr3t",
                            "Use s3a://k:S3kr3t@b.");
                })
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        hub https://*********(redacted)@h: gone
                        password=*********(redacted)
                        Use s3a://*********(redacted)@b.""");
    }

    @Test
    void takesSecretsOutOfAStackTraceAndItsCauses() {
        Exception thrown =
                new IllegalStateException("outer", new IllegalArgumentException("jdbc:x://h?password=S3kr3t"));

        assertThat(Redaction.trace(thrown))
                .startsWith("java.lang.IllegalStateException: outer\n\tat ")
                .contains("Caused by: java.lang.IllegalArgumentException: jdbc:x://h?password=*********(redacted)\n")
                .doesNotContain("S3kr3t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "://a:",
                "a=",
                "'",
                "\"\\",
                "jdbc:oracle:thin:a/",
                "password=\"",
                "-----BEGIN A",
                "$a$",
                "1."
            })
    void readsALongTextOfAnyKindInNoTime(String part) {
        String text = IntStream.range(0, 20_000).mapToObj(i -> part).collect(Collectors.joining());

        assertTimeout(Duration.ofSeconds(10), () -> {
            Redaction.text(text);
            Redaction.query(text);
        });
    }
}
