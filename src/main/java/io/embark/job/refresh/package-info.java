/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * {@code --mode refresh}: brings a target up to date with its source, and embeds only what is new or changed.
 *
 * <p>Read {@code RefreshCommand} first (the way of a run), then {@code Sides} (what is compared, from a {@code KeptSource} where
 * each read would see other rows), {@code StateColumns} (what stands beside each vector), {@code Comparison} (which rows differ, by
 * keys and hashes alone), {@code RowClass} with {@code ClassRule} (in which ways) and {@code ChangedRows} (what becomes of them).
 * {@code SourceChanges} reads less than the whole source where both tables tell enough, by what {@code LastSource} left with the
 * last commit. {@code RefreshWrite} embeds and commits, in {@code Slices} where that is asked for. A place that shows nothing has a
 * {@code StateApart}; runs that compare nothing and put their work aside all the same write to a {@code WrittenOnce}. {@code
 * Forecast} compares for {@code StatusCommand}, and changes nothing. How a place takes changes is its own matter, see {@link
 * io.embark.job.sink.Refreshing}. Nothing here knows a kind of place.
 */
package io.embark.job.refresh;
