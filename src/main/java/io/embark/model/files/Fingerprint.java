/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import io.embark.base.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Names the exact content of some files.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Fingerprint {
    private Fingerprint() {}

    /** The SHA-256, in hexadecimal, of one line {@code "<sha256>  <name>\n"} for each file. */
    public static String of(List<ModelFile> files) {
        MessageDigest digest = Digests.sha256();
        for (ModelFile file : files) {
            digest.update((file.sha256() + "  " + file.name() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Refuses a model where another one is meant.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#MODEL_INVALID} if its fingerprint is not the expected one
     */
    public static void require(String reference, String found, String expected) {
        if (!found.equals(expected)) {
            throw ModelProblem.invalid(
                    "model %s: is not the one that the driver opened".formatted(reference),
                    "On this host its fingerprint is %s; on the driver it was %s.".formatted(found, expected),
                    "Put the same files there for every host, and start the application anew after a change.");
        }
    }
}
