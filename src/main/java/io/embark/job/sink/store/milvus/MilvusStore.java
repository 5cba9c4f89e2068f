/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.EmbarkException;
import io.embark.base.Redaction;
import io.embark.job.sink.Capability;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.Store;
import io.embark.job.sink.store.StoreConnector;
import io.embark.job.sink.store.StoreTable;
import io.embark.job.sink.store.StoreWrite;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A collection of Milvus on the driver. */
final class MilvusStore implements Store {
    private static final Set<Capability> CAPABILITIES = Set.of(
            Capability.CREATES,
            Capability.APPENDS,
            Capability.UPDATES_BY_KEY,
            Capability.DELETES_BY_KEY,
            Capability.KEEPS_METADATA,
            Capability.KEEPS_TYPES);

    private final MilvusOptions options;
    private final MilvusAddress address;

    MilvusStore(MilvusOptions options) {
        this.options = options;
        this.address = options.address();
    }

    @Override
    public String description() {
        return "%s at %s (milvus)".formatted(address.output(), Redaction.text(address.uri()));
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Optional<String> searchAdvice() {
        return Optional.of(
                "with a client of Milvus, for the vector that SELECT embed('...') gives with the same model and options");
    }

    @Override
    public void check(StoreTable table) {
        if (table.mode() == WriteMode.OVERWRITE) {
            throw MilvusErrors.cannotBeReplaced(address.output());
        }
        table.vectorType().filter(type -> !keeps(type)).ifPresent(type -> {
            throw MilvusErrors.vectorTypeIsUnknown(type.label());
        });
        MilvusFields fields = MilvusFields.of(address.output(), table, options);
        connected(collection -> {
            if (collection.isLite() && !SparkSession.active().sparkContext().isLocal()) {
                throw MilvusErrors.liteIsForOneProcess(address.uri());
            }
            if (!collection.exists()) {
                if (collection.isLite()) {
                    fields.requireFreeInLite(address.output());
                }
                return Optional.empty();
            }
            if (table.mode() == WriteMode.ERROR) {
                throw MilvusErrors.exists(address.output());
            }
            return Optional.of(check(collection, fields, table));
        });
    }

    @Override
    public Set<String> columns() {
        return connected(collection -> collection.exists()
                ? collection.describe().getCollectionSchema().getFieldSchemaList().stream()
                        .map(field -> field.getName().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet())
                : Set.of());
    }

    private <T> T connected(Function<MilvusCollection, T> work) {
        MilvusCollection collection;
        try {
            collection = new MilvusCollection(address);
        } catch (RuntimeException e) {
            throw MilvusErrors.cannotConnect(address, e);
        }
        try (collection) {
            return work.apply(collection);
        } catch (EmbarkException e) {
            throw e;
        } catch (RuntimeException e) {
            throw MilvusErrors.isRefused(address.output(), e);
        }
    }

    private static boolean keeps(VectorType type) {
        return type == VectorType.FLOATS || type == VectorType.VECTOR;
    }

    private MilvusRows check(MilvusCollection collection, MilvusFields fields, StoreTable table) {
        return new MilvusCheck(address.output(), collection, options).of(fields, table);
    }

    @Override
    public Map<String, Integer> mostBytes(StoreTable table) {
        MilvusFields fields = MilvusFields.of(address.output(), table, options);
        return connected(collection ->
                        collection.exists() ? check(collection, fields, table).all() : fields.all().stream())
                .filter(MilvusField::isString)
                .collect(Collectors.toMap(field -> table.schema().fieldNames()[field.column()], MilvusField::bytes));
    }

    @Override
    public Optional<Dataset<Row>> there(SparkSession spark, List<String> keys) {
        Optional<String> hidden = keys.size() > 1 ? Optional.of(options.keyField()) : Optional.empty();
        return connected(collection -> collection.exists()
                ? Optional.of(spark.baseRelationToDataFrame(new MilvusRelation(
                        spark.sqlContext(),
                        MilvusRelation.schema(collection.describe(), hidden),
                        collection.describe().getPrimaryFieldName(),
                        address,
                        collection.isLite())))
                : Optional.empty());
    }

    @Override
    public boolean keepsBytes() {
        return false;
    }

    @Override
    public StoreConnector changing(StoreTable table) {
        MilvusFields fields = MilvusFields.ofSome(address.output(), table, options);
        return connected(collection -> new MilvusConnector(
                address,
                new MilvusCheck(address.output(), collection, options).ofChanges(fields),
                options.batchRows(),
                collection.isLite()));
    }

    @Override
    public StoreWrite begin(StoreTable table) {
        MilvusFields fields = MilvusFields.of(address.output(), table, options);
        return connected(collection -> {
            if (!collection.exists()) {
                collection.create(fields, MilvusLabel.properties(table));
            } else if (table.mode() == WriteMode.ERROR) {
                throw MilvusErrors.existsByNow(address.output());
            }
            // What is there now is what rows are held to, whoever made it.
            MilvusRows rows = check(collection, fields, table);
            collection.makeSearchable(rows.vectors().stream()
                    .map(field -> options.index().of(field.name()))
                    .toList());
            return new MilvusWrite(
                    new MilvusConnector(address, rows, options.batchRows(), collection.isLite()), this::load);
        });
    }

    private void load() {
        connected(collection -> {
            collection.load();
            return collection;
        });
    }
}
