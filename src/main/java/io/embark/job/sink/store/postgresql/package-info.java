/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * PostgreSQL, with or without pgvector, as a store: rows go in by {@code INSERT ... ON CONFLICT ... DO UPDATE}.
 *
 * <p>Read {@code PostgresFormat} and {@code PostgresOptions} (what is asked), {@code PostgresStore} (what is checked before a row
 * is computed) with {@code PostgresTable} (a table as the server describes it) and {@code PostgresType} (which type takes which
 * values), then {@code PostgresWrite} (straight into the table, or beside it and in one transaction into its place) and {@code
 * PostgresSession} (a task's batches). The driver is the user's; it is known by {@code java.sql} alone.
 */
package io.embark.job.sink.store.postgresql;
