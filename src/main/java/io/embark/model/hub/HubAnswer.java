/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.model.files.ModelProblem;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last answer to a request, redirects followed.
 *
 * @param address whom it comes from
 * @param proxy through whom it was asked
 */
record HubAnswer(URI address, Optional<HubProxy> proxy, int status, HttpHeaders headers, TimedBody body)
        implements AutoCloseable {
    private static final Set<Integer> TRANSIENT = Set.of(408, 429, 500, 502, 503, 504);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** Whether the same request may well succeed a little later. */
    boolean isTransient() {
        return TRANSIENT.contains(status);
    }

    boolean isRedirect() {
        return REDIRECTS.contains(status);
    }

    /** How many seconds the server asks to wait; empty where it does not say so in seconds. */
    OptionalLong retryAfterSeconds() {
        return header("Retry-After")
                .map(String::strip)
                .filter(value -> value.matches("\\d{1,9}"))
                .map(value -> OptionalLong.of(Long.parseLong(value)))
                .orElseGet(OptionalLong::empty);
    }

    /** Whether the body is the rest of the file that was asked for: it begins at {@code from}, and the file has not grown. */
    boolean continues(long from, long bytesTotal) {
        Matcher range = CONTENT_RANGE.matcher(header("Content-Range").orElse(""));
        return status == 206
                && range.matches()
                && Long.parseLong(range.group(1)) == from
                && (range.group(2).equals("*") || Long.parseLong(range.group(2)) == bytesTotal);
    }

    /** The etag by which a server recognises the same bytes; a weak one does not promise that. */
    Optional<String> strongEtag() {
        return header("ETag").filter(etag -> etag.matches("\"[\\x21\\x23-\\x7e]*\""));
    }

    /** Who answered what, for error messages; the query of an address is left out since it may be a key. */
    String show() {
        String code = header("X-Error-Code")
                .or(() -> header("X-Error-Message"))
                .map(text -> " " + text)
                .orElse("");
        String way = proxy.map(known -> " through the proxy " + known).orElse("");
        return "%s answers %s%s%s".formatted(show(address), status, ModelProblem.show(code), way);
    }

    static String show(URI address) {
        return ModelProblem.show(
                "%s://%s%s".formatted(address.getScheme(), address.getRawAuthority(), address.getRawPath()));
    }

    @Override
    public void close() {
        body.close();
    }
}
