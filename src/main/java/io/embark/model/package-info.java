/**
 * A model folder as data: what a reference means, which files it names, what they say, and where each tensor lies.
 *
 * <p>Read {@link io.embark.model.ModelReference} first; it is the door, behind which is a {@link
 * io.embark.model.ModelFolder}. What lies elsewhere comes through {@code ModelCache}, from {@link
 * io.embark.model.RemoteFiles}, or {@code HubModel}. Then {@code SpecificationReader} (the JSON files of a
 * Sentence Transformers folder), {@code Network} (computed by Embark, or a program of the folder), {@code Family} and {@code
 * BertFamily} (what one architecture needs), and {@link
 * io.embark.model.Weights} with {@code SafetensorsHeader} and {@code OnnxInitializers} (where the numbers are). The next
 * architecture is one more {@code Family} and one more line in {@code Families}.
 *
 * <p>Which files a model is made of, only the readers say, by asking {@code FolderFiles} for them; {@code
 * FolderFiles.Elsewhere} brings each when it is asked for. There are three: {@code RemoteCopy} (from {@link
 * io.embark.model.RemoteFiles} into a new folder), {@code HubSnapshot} and {@code CachedSnapshot} (from a hub, and without
 * one). {@code HubModel} chooses between the last two; then read {@code HubCache} (where the files lie, as for Python), {@code
 * HubClient} and {@code HubDownload} (how they arrive), {@code ProxyVariables} (through which proxy).
 *
 * <p>Everything here is read as untrusted data: sizes are checked before memory is taken for them, and nothing that a file
 * claims can make this room throw anything but {@link io.embark.EmbarkException}. The room does not know how a tensor is
 * computed with, how text becomes tokens, or Spark.
 */
package io.embark.model;
