/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import static io.embark.job.refresh.RowClass.CHANGED;
import static io.embark.job.refresh.RowClass.DOUBLED;
import static io.embark.job.refresh.RowClass.DOUBLED_THERE;
import static io.embark.job.refresh.RowClass.GONE;
import static io.embark.job.refresh.RowClass.IN_DOUBT;
import static io.embark.job.refresh.RowClass.LEFT_ALONE;
import static io.embark.job.refresh.RowClass.NEW;
import static io.embark.job.refresh.RowClass.NULL_KEY;
import static io.embark.job.refresh.RowClass.OTHER_MODEL;
import static io.embark.job.refresh.RowClass.UNCHANGED;
import static io.embark.job.refresh.RowClass.UPDATED;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/**
 * Which class a key is of, once the source's side of it, {@code s}, stands beside the target's, {@code t}.
 *
 * @param state the columns of state
 * @param ids the columns of the key
 */
record ClassRule(StateColumns state, List<String> ids, Missing missing) {
    /** How many rows of a side have the key; none where the source tells that they left it. */
    static final String COUNT = "embark_count";

    /** How many rows of the source had the key before, where it tells of its changes. */
    static final String BEFORE = "embark_before";

    static final String IN_SCOPE = "embark_in_scope";
    static final String FLAGGED = "embark_flagged";

    /** The column of a hash of the source, of texts and other columns in turns. */
    static String hash(int i) {
        return "embark_hash_" + i;
    }

    static Column of(String side, String name) {
        return functions.col("%s.%s".formatted(side, quoted(name)));
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    static Column anyNull(List<Column> keys) {
        return keys.stream().map(Column::isNull).reduce(Column::or).orElseThrow();
    }

    private Column anyNull(String side) {
        return anyNull(ids.stream().map(key -> of(side, key)).toList());
    }

    /** The key of the class; null of a key that came and went since the last refresh. */
    Column rowClass() {
        Column sameText = functions.lit(true);
        Column sameOthers = functions.lit(true);
        Column otherModel = functions.lit(false);
        int i = 0;
        for (String vector : state.vectors().byText().values()) {
            Column fingerprint = of("t", StateColumns.fingerprint(vector));
            sameText = sameText.and(of("s", hash(i++)).equalTo(of("t", StateColumns.textHash(vector))))
                    .and(fingerprint.isNotNull());
            sameOthers = sameOthers.and(of("s", hash(i++)).equalTo(of("t", StateColumns.rowHash(vector))));
            otherModel = otherModel.or(
                    functions.coalesce(fingerprint.notEqual(state.shape().toString()), functions.lit(false)));
            if (state.vectors().chunked()) {
                sameText = sameText.and(of("t", StateColumns.chunks(vector)).equalTo(of("t", COUNT)));
            }
        }
        Column doubledThere = state.vectors().chunked()
                ? functions.lit(false)
                : of("t", COUNT).gt(1);
        return functions
                .when(isHere().and(anyNull("s")), NULL_KEY.key())
                .when(of("s", COUNT).gt(1), DOUBLED.key())
                .when(isInDoubt(), IN_DOUBT.key())
                .when(doubledThere, DOUBLED_THERE.key())
                // Rows that stay are asked too: else a run over other rows would put vectors of another model beside
                // theirs.
                .when(isThere().and(otherModel).and(isHere().or(functions.not(isGone()))), OTHER_MODEL.key())
                .when(functions.not(isThere()), functions.when(isHere(), NEW.key()))
                .when(
                        functions.not(isHere()),
                        functions
                                .when(isGone(), GONE.key())
                                .when(stays(), UNCHANGED.key())
                                .otherwise(LEFT_ALONE.key()))
                .when(functions.not(functions.coalesce(sameText, functions.lit(false))), CHANGED.key())
                .when(
                        functions
                                .not(functions.coalesce(sameOthers, functions.lit(false)))
                                .or(of("t", FLAGGED)),
                        UPDATED.key())
                .otherwise(UNCHANGED.key());
    }

    private Column isThere() {
        return of("t", COUNT).isNotNull();
    }

    private Column isHere() {
        return functions.coalesce(of("s", COUNT), functions.lit(0)).gt(0);
    }

    /** Whether the source is known to have no row of the key. */
    private Column hasLeft() {
        return missing.isTold() ? of("s", COUNT).isNotNull().and(functions.not(isHere())) : functions.not(isHere());
    }

    /** Whether a row of the target is one of the source's, as far as it shows. */
    private Column isOfTheSource() {
        // A row that somebody put there without a key is nobody's row of the source.
        return of("t", IN_SCOPE).and(functions.not(anyNull("t")));
    }

    private Column isGone() {
        Column isDone = functions.lit(missing.flagsOnce()).and(of("t", FLAGGED));
        return functions
                .lit(missing.acts())
                .and(isOfTheSource())
                .and(functions.not(isDone))
                .and(hasLeft());
    }

    /** Whether the source tells nothing of a row that it had, as of one that did not change. */
    private Column stays() {
        return missing.isTold()
                ? of("s", COUNT).isNull().and(isOfTheSource()).and(functions.not(of("t", FLAGGED)))
                : functions.lit(false);
    }

    /**
     * Whether the changes of the source do not fit to the target, which has the rows that the source had: a key that came is there, or
     * one that changed or left is not. Such a key may stand twice in the source. So it is with a row that did not change and whose
     * state is not whole.
     */
    private Column isInDoubt() {
        if (!missing.isTold()) {
            return functions.lit(false);
        }
        Column had = functions
                .when(isThere().and(functions.not(of("t", FLAGGED))), functions.lit(1L))
                .otherwise(functions.lit(0L));
        Column isWhole = functions.lit(true);
        for (String vector : state.vectors().byText().values()) {
            isWhole = isWhole.and(of("t", StateColumns.textHash(vector)).isNotNull())
                    .and(of("t", StateColumns.rowHash(vector)).isNotNull())
                    .and(of("t", StateColumns.fingerprint(vector)).isNotNull());
            if (state.vectors().chunked()) {
                isWhole = isWhole.and(functions.coalesce(
                        of("t", StateColumns.chunks(vector)).equalTo(of("t", COUNT)), functions.lit(false)));
            }
        }
        return functions
                .coalesce(of("s", BEFORE).notEqual(had), functions.lit(false))
                .or(stays().and(functions.not(isWhole)));
    }
}
