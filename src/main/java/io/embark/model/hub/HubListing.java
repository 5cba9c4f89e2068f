/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a hub says a model has at one commit ({@code /api/models/{id}/revision/{revision}?blobs=true}). Names are keys and
 * nothing else: they are untrusted, and no path is ever made of one.
 *
 * @param commit 40 hexadecimal digits
 * @param files by name; empty where the hub does not say size and hash, as some mirrors do not
 */
record HubListing(String commit, Map<String, Optional<HubFile>> files) {
    /** Reads the hub's answer; {@code subject} stands for it in errors. */
    static HubListing parse(String subject, byte[] json) {
        JsonConfig model = JsonConfig.parse(subject, json);
        String commit = model.requiredText("sha");
        if (!HubReference.isCommit(commit)) {
            throw ModelProblem.invalid(
                    "%s: sha is '%s'".formatted(subject, ModelProblem.show(commit)),
                    "A commit has 40 hexadecimal digits.",
                    "Check that HF_ENDPOINT names a hub.");
        }

        Map<String, Optional<HubFile>> files = new LinkedHashMap<>();
        for (JsonConfig sibling : model.objects("siblings")) {
            String name = sibling.requiredText("rfilename");
            files.put(name, file(name, sibling));
        }
        return new HubListing(commit, files);
    }

    Set<String> names() {
        return files.keySet();
    }

    /** The names of a folder's files, without those of its sub-folders. */
    Stream<String> namesIn(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        return names().stream()
                .filter(name -> name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0)
                .map(name -> name.substring(prefix.length()));
    }

    private static Optional<HubFile> file(String name, JsonConfig sibling) {
        Optional<JsonConfig> largeFile = sibling.object("lfs");
        Optional<String> hash = largeFile.map(lfs -> lfs.text("sha256")).orElseGet(() -> sibling.text("blobId"));
        Optional<Long> bytes = largeFile.flatMap(lfs -> lfs.bytes("size")).or(() -> sibling.bytes("size"));
        return hash.filter(HubFile::isHash).flatMap(etag -> bytes.map(size -> new HubFile(name, size, etag)));
    }
}
