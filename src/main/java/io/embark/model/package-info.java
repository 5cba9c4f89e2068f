/**
 * A model folder as data: what a reference means, which files it names, what they say, and where each tensor lies.
 *
 * <p>Read {@link io.embark.model.ModelFolder} first; it is the door. A reference is read by {@link
 * io.embark.model.ModelReference}; what lies elsewhere comes through {@link io.embark.model.ModelCache}, from {@link
 * io.embark.model.RemoteFiles}, or {@link io.embark.model.HubModel}. Then {@code SpecificationReader} (the JSON files of a
 * Sentence Transformers folder), {@code Network} (computed by Embark, or a program of the folder), {@code Family} and {@code
 * BertFamily} (what one architecture needs), and {@link
 * io.embark.model.Weights} with {@code SafetensorsHeader} and {@code OnnxInitializers} (where the numbers are). The next
 * architecture is one more {@code Family} and one more line in {@code Families}.
 *
 * <p>How a model comes from a hub into a folder: {@link io.embark.model.HubModel}, then {@code NeededFiles} (which files),
 * {@code HubCache} (where they lie, as for Python), {@code HubClient} and {@code HubDownload} (how they arrive).
 *
 * <p>Everything here is read as untrusted data: sizes are checked before memory is taken for them, and nothing that a file
 * claims can make this room throw anything but {@link io.embark.EmbarkException}. The room does not know how a tensor is
 * computed with, how text becomes tokens, or Spark.
 */
package io.embark.model;
