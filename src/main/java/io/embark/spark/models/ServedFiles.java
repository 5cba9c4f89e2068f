/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.model.ModelFolder;
import io.embark.model.files.ModelFile;
import io.embark.model.files.RemoteFile;
import io.embark.model.files.RemoteFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEnvFileServer;

/**
 * The files of a model on the driver, which executors read through the driver's file server. That is how {@code
 * SparkContext.addFile} works too; but what is added there, every executor copies before its next task, whether that embeds or
 * not.
 *
 * @param uriByName where each file is
 * @param list the files
 */
record ServedFiles(Map<String, String> uriByName, List<RemoteFile> list) implements RemoteFiles, Serializable {
    /** Serves the files of a model until the application ends. */
    static ServedFiles of(ModelFolder model) {
        try {
            Path links = Files.createTempDirectory("embark-");
            try {
                return of(model, links);
            } finally {
                Files.delete(links);
            }
        } catch (IOException e) {
            throw ModelErrors.cannotBeServed(model.reference(), e);
        }
    }

    private static ServedFiles of(ModelFolder model, Path links) throws IOException {
        // Not its folders: in these it would serve any path, those that lead out of them too.
        RpcEnvFileServer server = SparkEnv.get().rpcEnv().fileServer();
        Map<String, String> uriByName = new TreeMap<>();
        for (ModelFile file : model.files()) {
            // It knows a file by its name alone, and where it really is; the link is for the name.
            Path link = links.resolve("embark-%s-%s".formatted(model.fingerprint(), uriByName.size()));
            Files.createSymbolicLink(link, model.path().resolve(file.name()));
            uriByName.put(file.name(), server.addFile(link.toFile()));
            Files.delete(link);
        }
        return new ServedFiles(
                uriByName,
                model.files().stream()
                        .map(file -> new RemoteFile(file.name(), file.bytes(), 0))
                        .toList());
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Channels.newInputStream(SparkEnv.get().rpcEnv().openChannel(uriByName.get(name)));
    }
}
