/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;

/** A process of its own that starts the runtime with one cache directory after the other and prints what came of each. */
final class StartTorch {
    static final String STARTED = "started";

    /** Stands between two results, since a refusal has several lines. */
    static final String END = "--";

    private StartTorch() {}

    public static void main(String[] cacheDirectories) {
        for (String directory : cacheDirectories) {
            try {
                TorchRuntime.start(EmbedOptions.defaults().with(EmbedOptions.CACHE_DIR, directory));
                System.out.println(STARTED);
            } catch (EmbarkException e) {
                System.out.println(e.code() + "\n" + e.getMessage());
            }
            System.out.println(END);
        }
    }
}
