/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A proxy that speaks HTTP. The text of it never shows user and password.
 *
 * @param origin the variable or system property that names it
 * @param credentials user and password as HTTP's Basic scheme sends them
 */
record HubProxy(String origin, String host, int port, Optional<String> credentials) {
    private static final int DEFAULT_PORT = 80;
    private static final int MAX_PORT = 65_535;
    private static final Pattern ADDRESS = Pattern.compile(
            "http://(?:([^/?#]*)@)?([\\w.-]+|\\[[0-9a-f:.]+])(?::(\\d{0,5}))?(?:/.*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern OTHER_KIND = Pattern.compile("(https|socks\\w{0,2})://.*", Pattern.CASE_INSENSITIVE);

    static HubProxy of(String origin, InetSocketAddress address) {
        return new HubProxy(origin, address.getHostString(), address.getPort(), Optional.empty());
    }

    /**
     * The proxy that a variable names, by an address or as {@code host:port}.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it names none, or one of another kind
     */
    static HubProxy parse(String variable, String value) {
        String address = value.contains("://") ? value : "http://" + value;
        Matcher other = OTHER_KIND.matcher(address);
        if (other.matches()) {
            throw HubProblem.variable(
                    variable,
                    "a proxy of the kind '%s'".formatted(other.group(1).toLowerCase(Locale.ROOT)),
                    "Java reaches a hub through proxies that speak plain HTTP; https goes through them in a tunnel.",
                    "Name such a proxy, as http://host:port, or put the hub's host into NO_PROXY if it needs none.");
        }

        Matcher parts = ADDRESS.matcher(address);
        if (parts.matches()) {
            String named = parts.group(3);
            int port = named == null || named.isEmpty() ? DEFAULT_PORT : Integer.parseInt(named);
            if (port >= 1 && port <= MAX_PORT) {
                return new HubProxy(
                        variable,
                        parts.group(2).replaceAll("[\\[\\]]", ""),
                        port,
                        Optional.ofNullable(parts.group(1)).flatMap(userInfo -> credentials(variable, userInfo)));
            }
        }
        throw unreadable(variable);
    }

    /**
     * The header that opens the proxy for a request; empty if no password is known.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if Java would leave it out
     */
    Optional<String> authorization(URI address) {
        if (credentials.isPresent()) {
            boolean tunnelled = address.getScheme().equalsIgnoreCase("https");
            String property = "jdk.http.auth.%s.disabledSchemes".formatted(tunnelled ? "tunneling" : "proxying");
            // The defaults of the JDK's conf/net.properties.
            String disabled = System.getProperty(property, tunnelled ? "Basic" : "");
            if (disabled.toLowerCase(Locale.ROOT).contains("basic")) {
                throw HubProblem.variable(
                        origin,
                        "its user and password may not be sent",
                        "Java keeps them back, since they reach the proxy unencrypted: its property %s is '%s'."
                                .formatted(property, ModelProblem.show(disabled)),
                        "Add -D%s= to the driver's Java options to allow it, or name a proxy without a password."
                                .formatted(property));
            }
        }
        return credentials.map(basic -> "Basic " + basic);
    }

    /** A request that failed on its way through the proxy, or because the proxy cannot be reached. */
    IOException failure(IOException thrown) {
        return new IOException("the proxy %s: %s".formatted(this, HubProblem.detail(thrown)), thrown);
    }

    /** What to say where the proxy wants to know who asks: it answers 407. */
    EmbarkException refusal(URI address, HttpHeaders headers) {
        String variable = "%s_PROXY".formatted(address.getScheme().toUpperCase(Locale.ROOT));
        return ModelProblem.problem(
                ErrorCode.RUN_FAILED,
                "proxy %s: %s"
                        .formatted(
                                this,
                                credentials.isPresent()
                                        ? "does not take the user and password"
                                        : "wants a user and a password"),
                "It answers 407 and asks for: %s."
                        .formatted(ModelProblem.show(String.join(", ", headers.allValues("Proxy-Authenticate")))),
                credentials.isPresent()
                        ? "Correct them in %s; they are sent in the Basic scheme.".formatted(origin)
                        : "Set %s=http://<user>:<password>@<host>:<port>, without -D%s.proxyHost; they are sent in the Basic scheme."
                                .formatted(variable, address.getScheme().toLowerCase(Locale.ROOT)),
                null);
    }

    @Override
    public String toString() {
        return "%s:%s of %s".formatted(host.contains(":") ? "[" + host + "]" : host, port, origin);
    }

    private static Optional<String> credentials(String variable, String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = decode(variable, colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = decode(variable, colon < 0 ? "" : userInfo.substring(colon + 1));
        byte[] both = "%s:%s".formatted(user, password).getBytes(StandardCharsets.UTF_8);
        return user.isEmpty() && password.isEmpty()
                ? Optional.empty()
                : Optional.of(Base64.getEncoder().encodeToString(both));
    }

    private static String decode(String variable, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw unreadable(variable);
        }
    }

    private static EmbarkException unreadable(String variable) {
        return HubProblem.variable(
                variable,
                "not the address of a proxy",
                "It is http://, perhaps <user>:<password>@, a host and a port; the value is not shown, as it may be secret.",
                "Correct it, with %XX in place of special characters of user and password, or unset it.");
    }
}
