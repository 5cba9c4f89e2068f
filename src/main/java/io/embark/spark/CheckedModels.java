package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The options of which it is known that their model exists and takes them. The model is opened as data, without native
 * libraries and without loading its weights; only what succeeded is remembered. Thread-safe.
 */
final class CheckedModels {
    /** More different options than the queries of one application have. */
    private static final int MOST = 256;

    private static final Map<EmbedOptions, Boolean> CHECKED = new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EmbedOptions, Boolean> eldest) {
            return size() > MOST;
        }
    };

    private CheckedModels() {}

    /**
     * Does nothing if the options are known to be good.
     *
     * @throws EmbarkException as {@link Embedder#openModelFolder}
     */
    static void check(EmbedOptions options) {
        synchronized (CHECKED) {
            if (CHECKED.get(options) != null) {
                return;
            }
        }
        Embedder.openModelFolder(options);
        synchronized (CHECKED) {
            CHECKED.put(options, true);
        }
    }
}
