/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;

/**
 * Chooses the proxy of a request as the environment variables say that huggingface_hub's client reads: httpx2's {@code
 * get_environment_proxies}, on top of CPython's {@code getproxies_environment}. A proxy that Java itself was told to use goes
 * first. Immutable; the text of it shows no values.
 */
final class ProxyVariables extends ProxySelector {
    static final ProxyVariables NONE = from(Map.of());

    private final Optional<Entry<String, String>> http;
    private final Optional<Entry<String, String>> https;
    private final Optional<Entry<String, String>> all;
    private final NoProxy exceptions;

    private ProxyVariables(Map<String, String> environment) {
        this.http = variable(environment, "http_proxy");
        this.https = variable(environment, "https_proxy");
        this.all = variable(environment, "all_proxy");
        this.exceptions = NoProxy.parse(
                variable(environment, "no_proxy").map(Entry::getValue).orElse(""));
    }

    static ProxyVariables from(Map<String, String> environment) {
        return new ProxyVariables(environment);
    }

    /**
     * The proxy for an http or https address; empty if it is reached directly.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OPTION_INVALID} if the variable that counts names no proxy
     *     that Java can use
     */
    Optional<HubProxy> proxy(URI address) {
        String scheme = scheme(address);
        Optional<Proxy> ofJava = ofJava(address);
        if (ofJava.isPresent()) {
            return ofJava.filter(ProxyVariables::isHttp)
                    .map(proxy -> HubProxy.of("-D%s.proxyHost".formatted(scheme), (InetSocketAddress) proxy.address()));
        }

        Optional<Entry<String, String>> named = (scheme.equals("https") ? https : http).or(() -> all);
        return named.filter(any -> !exceptions.contains(address))
                .map(variable -> HubProxy.parse(variable.getKey(), variable.getValue()));
    }

    @Override
    public List<Proxy> select(URI address) {
        return List.of(proxy(address)
                .map(proxy ->
                        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port())))
                .orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException thrown) {
        // Whoever sent the request hears of it as well, and there is no other proxy to try.
    }

    @Override
    public String toString() {
        return "ProxyVariables[http=%s, https=%s, all=%s]".formatted(name(http), name(https), name(all));
    }

    /** What Java's own selection says where it was told something; else a system property would be overruled. */
    private static Optional<Proxy> ofJava(URI address) {
        ProxySelector selector = ProxySelector.getDefault();
        List<Proxy> chosen = selector == null ? List.of() : selector.select(address);
        boolean told = !System.getProperty(scheme(address) + ".proxyHost", "").isEmpty();
        return chosen.stream().findFirst().filter(first -> told || isHttp(first));
    }

    private static boolean isHttp(Proxy proxy) {
        return proxy.type() == Proxy.Type.HTTP;
    }

    /** A variable under the name that counts: the lower-case one, which hides all others even if it is empty. */
    private static Optional<Entry<String, String>> variable(Map<String, String> environment, String lowerCase) {
        return environment.entrySet().stream()
                .filter(entry -> environment.containsKey(lowerCase)
                        ? entry.getKey().equals(lowerCase)
                        : entry.getKey().equalsIgnoreCase(lowerCase))
                .map(entry -> Map.entry(entry.getKey(), entry.getValue().strip()))
                .filter(entry -> !entry.getValue().isEmpty())
                .min(Entry.comparingByKey());
    }

    private static String name(Optional<Entry<String, String>> variable) {
        return variable.map(Entry::getKey).orElse("none");
    }

    private static String scheme(URI address) {
        return address.getScheme().toLowerCase(Locale.ROOT);
    }
}
