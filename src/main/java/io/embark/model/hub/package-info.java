/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Models of a hub, and the cache of them that Python shares.
 *
 * <p>Read {@code HubModel} first. It opens a {@code HubSnapshot}, which asks the hub for each file, or without a hub a {@code
 * CachedSnapshot}; then read {@code HubCache} (where the files lie, as for Python), {@code HubClient} and {@code HubDownload} (how
 * they arrive), {@code HubSettings} (what the environment chooses) and {@code ProxyVariables} (through which proxy). Nothing here
 * knows what a file means.
 */
package io.embark.model.hub;
