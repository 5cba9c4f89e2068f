/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A part of a page that the code says, between {@code <!-- NAME: written by TEST -->} and {@code <!-- end -->}. */
public final class WrittenBlock {
    private static final String PROPERTY = "embark.manual";
    private static final Pattern NOTHING = Pattern.compile("(?!)");

    private WrittenBlock() {}

    /** Holds the block of a page to the lines that the code says; writes them into the page where it is asked to. */
    public static void require(Page page, String name, String lines, Class<?> test) throws IOException {
        require(page, name, lines, NOTHING, test);
    }

    /** The same, but for what {@code free} finds, which may be another on another machine. */
    public static void require(Page page, String name, String lines, Pattern free, Class<?> test) throws IOException {
        Pattern block = Pattern.compile("(?s)(<!-- %s: written by %s -->\n).*?(<!-- end -->)"
                .formatted(Pattern.quote(name), test.getSimpleName()));
        Matcher found = block.matcher(page.text());
        assertThat(found.find()).as("a block %s in %s", name, page).isTrue();
        String written =
                found.replaceFirst(Matcher.quoteReplacement(found.group(1) + "\n" + lines + "\n" + found.group(2)));
        if ("write".equals(System.getProperty(PROPERTY))) {
            Files.writeString(page.path(), written);
            return;
        }

        assertThat(free.matcher(page.text()).replaceAll(""))
                .as(
                        "%s differs from the code; if the code is right: mvn test -Dtest=%s -D%s=write",
                        page, test.getSimpleName(), PROPERTY)
                .isEqualTo(free.matcher(written).replaceAll(""));
    }
}
