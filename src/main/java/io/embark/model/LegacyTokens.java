/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;

/** The files of older versions that name special tokens; empty ones stand for those that are not there. */
record LegacyTokens(JsonConfig specialTokensMap, JsonConfig addedTokens) {
    static LegacyTokens read(FolderFiles files, String directory) {
        return new LegacyTokens(
                read(files, directory, "special_tokens_map.json"), read(files, directory, "added_tokens.json"));
    }

    private static JsonConfig read(FolderFiles files, String directory, String name) {
        return files.findJson(directory, name).orElseGet(() -> JsonConfig.empty(name));
    }
}
