package io.embark.model;

/** The number format of a stored tensor, among those that weights can be read from. */
public enum DataType {
    /** IEEE 754 binary32. */
    FLOAT32(4),
    /** IEEE 754 binary16. */
    FLOAT16(2),
    /** The upper half of a binary32. */
    BFLOAT16(2);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one number in bytes. */
    public int bytes() {
        return bytes;
    }
}
