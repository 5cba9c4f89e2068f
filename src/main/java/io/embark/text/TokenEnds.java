/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import java.util.List;

/**
 * The tokens of a text behind a prompt, and where they end.
 *
 * @param tokens those that fit in the limit, special tokens and prompt included
 * @param ends for each of them that is neither special nor of the prompt alone, the chars of the text up to its end
 */
record TokenEnds(TokenizedText tokens, List<Integer> ends) {}
