package io.embark.model;

/** One kind of network: what its configuration says, and how files name its tensors. Stateless. */
interface Family {
    /** The {@code model_type} that its {@code config.json} carries. */
    String modelType();

    /**
     * The network that a configuration describes.
     *
     * @throws io.embark.EmbarkException MODEL_INVALID if a field is missing, of the wrong type or out of range;
     *     MODEL_UNSUPPORTED if it asks for something that the family's script cannot do
     */
    Architecture read(JsonConfig config);

    /** The canonical name of a tensor that a file calls {@code fileName}; any name may come in. */
    String canonicalName(String fileName);
}
