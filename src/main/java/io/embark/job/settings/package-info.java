/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What can be said on the command line, in a file and in Spark's configuration.
 *
 * <p>Read {@code JobSettings} (every setting) and {@code JobCommand} (which command takes which) first, then {@code Arguments}
 * (the words of the command line), {@code SettingsReader} (the places, the most important first) and {@code Settings} (what is
 * in force). {@code RunSecrets} says what must not be shown. Nothing here knows what a command does.
 */
package io.embark.job.settings;
