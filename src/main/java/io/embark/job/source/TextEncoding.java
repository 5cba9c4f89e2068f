/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Whether the beginning of a file is what Spark takes it for, UTF-8. It decodes whatever comes, without a word. */
final class TextEncoding {
    private static final int FEW_ZEROS = 4;

    private TextEncoding() {}

    /** The encoding of two or four bytes for each letter that these bytes are in, if they are. */
    static Optional<String> wide(FileHead head) {
        if (head.startsWith(0xff, 0xfe, 0, 0)) {
            return Optional.of("UTF-32LE");
        }
        if (head.startsWith(0, 0, 0xfe, 0xff)) {
            return Optional.of("UTF-32BE");
        }
        if (head.startsWith(0xff, 0xfe)) {
            return Optional.of("UTF-16LE");
        }
        if (head.startsWith(0xfe, 0xff)) {
            return Optional.of("UTF-16BE");
        }

        // Without a mark: every other byte of ASCII is 0 then, and no byte of a text in UTF-8 is.
        int[] zeros = new int[2];
        for (int i = 0; i < head.bytes().length; i++) {
            zeros[i % 2] += head.bytes()[i] == 0 ? 1 : 0;
        }
        // Spaces and line ends are ASCII in every language.
        int some = Math.max(FEW_ZEROS, head.bytes().length / 32);
        if (zeros[0] + zeros[1] <= some) {
            return Optional.empty();
        }
        return Optional.of(zeros[0] > zeros[1] ? "UTF-16BE" : "UTF-16LE");
    }

    /** Whether some bytes stand for no letter in UTF-8, so that Spark puts U+FFFD in their place. */
    static boolean isBroken(FileHead head) {
        ByteBuffer bytes = ByteBuffer.wrap(head.bytes());
        CharBuffer letters = CharBuffer.allocate(head.bytes().length + 1);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                // The head may end within a letter.
                .decode(bytes, letters, head.whole());
        return result.isError();
    }
}
