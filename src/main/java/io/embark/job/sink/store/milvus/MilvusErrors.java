/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import io.embark.base.Redaction;
import io.embark.base.Shown;
import java.util.Collection;
import java.util.List;

/** What is refused of Milvus, one method for each mistake. */
final class MilvusErrors {
    private static final String SELECT = "Name it otherwise with --sql 'SELECT ... AS ...'";

    private MilvusErrors() {}

    static EmbarkException isMissing(String option, String example) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "output milvus: no %s is named".formatted(option),
                "A collection is found by its server's address and its name.",
                "Add --sink-option %s=%s.".formatted(option, example));
    }

    static EmbarkException doesNotExist(String option, List<String> all, String ofIndex) {
        return new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "sink-option: '%s' does not exist".formatted(Shown.value(option)),
                "Options for milvus are %s, and %sNAME for a parameter of the kind of index, such as %sM."
                        .formatted(String.join(", ", all), ofIndex, ofIndex),
                NearestName.find(option, all)
                        .map("Did you mean %s?"::formatted)
                        .orElse("Leave it out, or choose one of these."));
    }

    static EmbarkException isNoChoice(String option, String value, List<String> choices) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "sink-option %s: '%s' is not a possible value".formatted(option, Shown.value(value)),
                "It takes %s.".formatted(String.join(", ", choices)),
                "Choose one of these.");
    }

    static EmbarkException isNoNumber(String option, String value, int most) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "sink-option %s: '%s' is not a possible value".formatted(option, Shown.value(value)),
                "It takes whole numbers from 1 to %s.".formatted(most),
                "Choose one of these, or leave it out.");
    }

    static EmbarkException tokenIsNamedByItsOption(String option, String token, String file) {
        return new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "sink-option: '%s' does not exist".formatted(option),
                "The file of a secret is named where the secret itself would stand, in every option alike.",
                "Give file:%s as the value of --sink-option %s, or env:NAME for a variable of the environment."
                        .formatted(Shown.value(file), token));
    }

    static EmbarkException keyFieldIsTaken(String output, String field, List<String> keys) {
        return refused(
                output,
                "column '%s' has the name of the key".formatted(field),
                "Milvus has one key, so that one is made of %s.".formatted(String.join(" and ", keys)),
                "Name the key otherwise with --sink-option key-field=NAME.");
    }

    static EmbarkException isNoAddress(String uri) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "sink-option uri: '%s' is no address of a server".formatted(Shown.value(uri)),
                "Milvus is spoken to over the network; a file of Milvus Lite needs its server.",
                "Give http://HOST:PORT or https://HOST:PORT; for Milvus Lite start milvus-lite server.");
    }

    static EmbarkException isNoName(String what, String name) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "sink-option %s: '%s' is no name in Milvus".formatted(what, Shown.value(name)),
                NAMES,
                "Give another name.");
    }

    private static final String NAMES =
            "Names in Milvus have letters of English, digits and underscores only, begin with no digit, are at most 255 long, and are no words of its expressions.";

    static EmbarkException isNoFieldName(String output, String column) {
        return refused(
                output,
                "column '%s' cannot be a field".formatted(Shown.value(column)),
                NAMES,
                SELECT + ", or leave it out with --sink-option columns=C[,C2...].");
    }

    static EmbarkException isReserved(String output, String column) {
        return refused(
                output,
                "column '%s' cannot be a field".formatted(Shown.value(column)),
                "Milvus keeps this name to itself: a word of its expressions, or a field that it makes.",
                SELECT + " or --embedding-column, or leave it out with --sink-option columns=C[,C2...].");
    }

    static EmbarkException isNoEmbeddingName(String output, String column) {
        return refused(
                output,
                "column '%s' cannot be a field".formatted(Shown.value(column)),
                NAMES,
                "Choose another --embedding-column.");
    }

    static EmbarkException hasNoType(String output, String column, String type) {
        return refused(
                output,
                "column '%s' cannot be a field".formatted(Shown.value(column)),
                "It is %s, for which Milvus has no type.".formatted(type),
                "Cast it with --sql, such as to string or with to_json, or leave it out with --sink-option columns=C[,C2...].");
    }

    static EmbarkException isNoKey(String output, String column, String type) {
        return refused(
                output,
                "column '%s' cannot be the key".formatted(Shown.value(column)),
                "It is %s; a key in Milvus is an integer or a string.".formatted(type),
                "Cast it to string with --sql, or name another --id-column.");
    }

    static EmbarkException hasTooManyFields(String output, int fields, int most) {
        return refused(
                output,
                "%s columns are too many".formatted(fields),
                "A collection has at most %s fields.".formatted(most),
                "Choose some with --sink-option columns=C[,C2...].");
    }

    static EmbarkException hasNoSuchColumn(String output, String column, Collection<String> columns) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "sink-option columns: there is no column '%s'".formatted(Shown.value(column)),
                "There are %s.".formatted(String.join(", ", columns)),
                "Name some of them, beside the id and the vectors, for %s.".formatted(output));
    }

    static EmbarkException dimensionIsOutOfRange(String output, String column, int dimension, int least, int most) {
        return refused(
                output,
                "column '%s' has vectors of %s components".formatted(column, dimension),
                "Milvus has vectors of %s to %s components.".formatted(least, most),
                "Choose another model or --dimensions.");
    }

    static EmbarkException encodingIsUnknown(String output, String column, String encoding) {
        return refused(
                output,
                "column '%s' has vectors in %s".formatted(column, encoding),
                "They are written to Milvus as FLOAT_VECTOR, and its index makes them small.",
                "Leave out --encoding, and choose a small index such as --sink-option index=HNSW_SQ.");
    }

    static EmbarkException exists(String output) {
        return refused(
                output,
                "exists",
                "With --mode error, the default, an output that exists is left alone.",
                "Choose another collection, or --mode append, which puts each row in the place of the one with its key.");
    }

    static EmbarkException cannotBeReplaced(String output) {
        return refused(
                output,
                "cannot be replaced",
                "Milvus has nothing that puts a collection in the place of another at once, so readers would find none meanwhile.",
                "Choose --mode append, which puts each row in the place of the one with its key; or drop the collection first.");
    }

    static EmbarkException liteIsForOneProcess(String uri) {
        return refused(
                "output milvus",
                "%s is Milvus Lite, and Spark runs on several machines".formatted(Redaction.text(uri)),
                "Milvus Lite is for one writer at a time.",
                "Run with --master local[*], or write to a Milvus server or Zilliz Cloud.");
    }

    static EmbarkException vectorTypeIsUnknown(String type) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option vector-type: Milvus has no %s here".formatted(type),
                "Vectors are written as FLOAT_VECTOR, float32 exactly.",
                "Choose vector or array<float>, or leave it out.");
    }

    static EmbarkException hasAnotherIndex(String output, String field, String what, String there, String asked) {
        return refused(
                output,
                "field '%s' has an index with another %s".formatted(field, what),
                "It is %s; asked for is %s.".formatted(there, asked),
                "Leave the option out, or drop the index first.");
    }

    static EmbarkException hasAnotherLength(String output, String field, int there, int asked) {
        return refused(
                output,
                "field '%s' holds strings of another length".formatted(field),
                "It holds %s bytes; asked for are %s.".formatted(there, asked),
                "Leave max-length out: what the collection has is what counts.");
    }

    static EmbarkException existsByNow(String output) {
        return refused(
                output,
                "exists",
                "Somebody made it while this run was about to; it was left alone.",
                "Choose another collection, or --mode append, which puts each row in the place of the one with its key.");
    }

    static EmbarkException hasNoField(String output, String field, Collection<String> fields) {
        return refused(
                output,
                "has no field for column '%s'".formatted(Shown.value(field)),
                "It has %s.".formatted(String.join(", ", fields)),
                "Name the column like a field with --sql, or leave it out with --sink-option columns=C[,C2...].");
    }

    static EmbarkException wouldBeEmptied(String output, String field) {
        return refused(
                output,
                "field '%s' is filled by no column".formatted(field),
                "Milvus puts a whole row in the place of the old one, which would lose what stands in this field.",
                "Add a column of this name, or write to another collection.");
    }

    static EmbarkException wouldLoseDynamicFields(String output) {
        return refused(
                output,
                "takes dynamic fields",
                "Milvus puts a whole row in the place of the old one, which would lose those that stand beside its schema.",
                "Write to a collection without them, or to a new one, which Embark makes.");
    }

    static EmbarkException otherKey(String output, String key, String asked) {
        return refused(
                output,
                "its key is '%s', not '%s'".formatted(key, asked),
                "Rows are put in the place of those with the same key.",
                "Give --id-column %s, naming the column so with --sql.".formatted(key));
    }

    static EmbarkException makesItsKeys(String output, String key) {
        return refused(
                output,
                "makes the keys of its rows itself",
                "A second run would add each row again, since field '%s' fills itself.".formatted(key),
                "Write to a collection whose key is given, such as a new one.");
    }

    static EmbarkException otherType(String output, String field, String there, String added) {
        return refused(
                output,
                "field '%s' has another type".formatted(field),
                "It is %s; appended would be %s.".formatted(there, added),
                "Cast the column with --sql, or write to another collection.");
    }

    static EmbarkException otherModel(String output, String column, String there, String added) {
        return refused(
                output,
                "field '%s' holds vectors of another model".formatted(column),
                "It has %s; appended would be %s.".formatted(there, added),
                "Write to another collection, or use the model that this one has.");
    }

    static EmbarkException otherPrecision(String output, String column, String there, String added) {
        return refused(
                output,
                "field '%s' holds vectors of another precision".formatted(column),
                "They were computed with precision %s; appended would be %s.".formatted(there, added),
                "Write to another collection, or with --precision %s.".formatted(there));
    }

    static EmbarkException hasNoVector(String output, String row, String field) {
        return failed(
                output,
                "%s has no vector for field '%s'".formatted(row, field),
                "Its text is null or failed, and this field of the collection cannot be null.",
                "Leave such rows out, such as with --where 'TEXT IS NOT NULL'; what is in stays, and is put in its place again.");
    }

    static EmbarkException hasNull(String output, String row, String field) {
        return failed(
                output,
                "%s has null in field '%s'".formatted(row, field),
                "This field of the collection cannot be null.",
                "Leave such rows out with --where, or fill them with --sql 'SELECT coalesce(...)'.");
    }

    static EmbarkException hasNullWithin(String output, String row, String field) {
        return failed(
                output,
                "%s has null within the array of field '%s'".formatted(row, field),
                "Arrays in Milvus have no nulls.",
                "Take them out: --sql 'SELECT array_compact(...)'.");
    }

    static EmbarkException isTooLong(String output, String row, String field, int bytes, int most) {
        return failed(
                output,
                "%s has %s bytes in field '%s'".formatted(row, bytes, field),
                "This field holds %s bytes of UTF-8.".formatted(most),
                "Leave the column out with --sink-option columns=C[,C2...], or cut it with --sql 'SELECT left(...)'.");
    }

    static EmbarkException hasTooManyElements(String output, String row, String field, int elements, int most) {
        return failed(
                output,
                "%s has %s elements in field '%s'".formatted(row, elements, field),
                "This field holds %s elements.".formatted(most),
                "Leave the column out with --sink-option columns=C[,C2...], or cut it with --sql 'SELECT slice(...)'.");
    }

    static EmbarkException cannotConnect(MilvusAddress address, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "output milvus: %s cannot be reached".formatted(Redaction.text(address.uri())),
                line(thrown),
                "Check --sink-option uri, database and token (env:NAME and file:PATH stand for one that is kept elsewhere), and whether the server runs and can be reached from here.",
                thrown);
    }

    static EmbarkException isRefused(String output, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: Milvus refuses it".formatted(output),
                line(thrown),
                "Do what Milvus says.",
                thrown);
    }

    static EmbarkException tookFewer(String output, int sent, long taken) {
        return failed(
                output,
                "%s of %s rows of a batch were taken".formatted(taken, sent),
                "The server says no more.",
                "Look into its log, then run the same command again: each row is put in its place.");
    }

    /** What the deepest cause says, in one line. */
    static String line(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return Shown.line(Redaction.text(message.strip()));
    }

    private static EmbarkException refused(String output, String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OUTPUT_INVALID, "%s: %s".formatted(output, problem), reason, remedy);
    }

    private static EmbarkException failed(String output, String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.RUN_FAILED, "%s: %s".formatted(output, problem), reason, remedy);
    }
}
