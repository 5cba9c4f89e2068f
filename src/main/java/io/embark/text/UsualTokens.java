/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

/** The special tokens that several classes have by default, names and texts in turn. */
final class UsualTokens {
    private UsualTokens() {}

    static String[] fairseq() {
        return new String[] {
            "bos_token", "<s>",
            "eos_token", "</s>",
            "unk_token", "<unk>",
            "sep_token", "</s>",
            "pad_token", "<pad>",
            "cls_token", "<s>",
            "mask_token", "<mask>"
        };
    }

    static String[] clsAndSep(String unknown, String padding) {
        return new String[] {
            "bos_token", "[CLS]",
            "eos_token", "[SEP]",
            "unk_token", unknown,
            "sep_token", "[SEP]",
            "pad_token", padding,
            "cls_token", "[CLS]",
            "mask_token", "[MASK]"
        };
    }
}
