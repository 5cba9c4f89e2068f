/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Optional;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/**
 * A relation that reads one version of a table.
 *
 * @param version as people call it
 * @param before the version that it follows; empty if nobody can tell
 */
record HeldRelation(LogicalPlan relation, String version, Optional<String> before) {}
