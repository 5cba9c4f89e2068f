/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What plain Java lacks and every room needs, the ground floor too.
 *
 * <p>Read {@link io.embark.base.Shown} first: values of others as a message shows them; then {@link
 * io.embark.base.StrictJson}, JSON of others ({@code
 * PythonJson} where Python reads it), {@link io.embark.base.Digests} and {@link io.embark.base.NearestName}. Nothing here knows another room.
 */
package io.embark.base;
