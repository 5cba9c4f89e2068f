/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses that need no proxy, as the variable {@code NO_PROXY} names them and httpx2 reads it ({@code _utils.py}, {@code
 * get_environment_proxies} and {@code URLPattern}). What it cannot read names nothing. Immutable.
 */
final class NoProxy {
    private static final Pattern ENTRY =
            Pattern.compile("(?:([a-z][a-z0-9+.-]*)://)?(\\[[0-9a-f:.]+]|[^:/@%\\[\\]]*)(?::(\\d{0,5}))?(?:/(\\w*))?");
    private static final Pattern BARE_IPV6 = Pattern.compile("^([0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*)(/.*)?$");
    private static final Pattern IPV4 =
            Pattern.compile("(?:%1$s\\.){3}%1$s".formatted("(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"));

    private final List<Predicate<Target>> entries;

    private NoProxy(List<Predicate<Target>> entries) {
        this.entries = entries;
    }

    static NoProxy parse(String value) {
        return new NoProxy(Arrays.stream(value.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> entry(entry).stream())
                .toList());
    }

    boolean contains(URI address) {
        Target target = Target.of(address);
        return entries.stream().anyMatch(entry -> entry.test(target));
    }

    private static Optional<Predicate<Target>> entry(String text) {
        Matcher parts = ENTRY.matcher(BARE_IPV6.matcher(text).replaceFirst("[$1]$2"));
        if (!parts.matches()) {
            return Optional.empty();
        }
        String scheme = parts.group(1);
        String host = parts.group(2);
        String path = parts.group(4);
        Optional<InetAddress> literal = literal(host);
        if (literal.isEmpty() && scheme == null && path != null) {
            return Optional.empty();
        }

        boolean asWritten = scheme != null || host.startsWith("*.") || text.equals("*") || text.equals("localhost");
        Optional<Predicate<Target>> hosts = literal.isPresent() && path != null && !path.isEmpty()
                ? network(literal.get(), path)
                : Optional.of(hosts(asWritten ? host : "*" + host));
        String named = parts.group(3);
        int port = named == null || named.isEmpty() ? -1 : port(scheme, Integer.parseInt(named));
        if (port < 0 && (host.isEmpty() || host.equals("*")) && !text.matches("\\*|https?://")) {
            // For httpx2 it weighs as much as the variables of proxies, which come first.
            return Optional.empty();
        }
        return hosts.map(known -> target -> (scheme == null || scheme.equals("all") || scheme.equals(target.scheme))
                && (port < 0 || port == target.port)
                && known.test(target));
    }

    private static Optional<Predicate<Target>> network(InetAddress address, String prefix) {
        if (!prefix.matches("\\d{1,3}") || Integer.parseInt(prefix) > bits(address)) {
            return Optional.empty();
        }
        int count = Integer.parseInt(prefix);
        return Optional.of(target -> literal(target.host)
                .filter(other -> shareBits(address, other, count))
                .isPresent());
    }

    /** {@code *.domain} is all below a domain, {@code *domain} the domain as well. */
    private static Predicate<Target> hosts(String pattern) {
        if (pattern.isEmpty() || pattern.equals("*")) {
            return target -> true;
        }
        if (pattern.startsWith("*.")) {
            return target -> target.host.endsWith(pattern.substring(1)) && target.host.length() >= pattern.length();
        }
        if (pattern.startsWith("*")) {
            String domain = pattern.substring(1);
            return target -> target.host.equals(domain) || target.host.endsWith("." + domain);
        }
        return target -> target.host.equals(pattern);
    }

    /** An IP address as it is written; names are not looked up. */
    private static Optional<InetAddress> literal(String host) {
        try {
            return host.startsWith("[") || IPV4.matcher(host).matches()
                    ? Optional.of(InetAddress.getByName(host))
                    : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static boolean shareBits(InetAddress one, InetAddress other, int count) {
        BigInteger difference = new BigInteger(1, one.getAddress()).xor(new BigInteger(1, other.getAddress()));
        return bits(one) == bits(other)
                && difference.shiftRight(bits(one) - count).signum() == 0;
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length * 8;
    }

    /** A port; -1 where it is the scheme's own, which an address need not name. */
    private static int port(String scheme, int port) {
        boolean own = ("https".equals(scheme) && port == 443) || ("http".equals(scheme) && port == 80);
        return own ? -1 : port;
    }

    private record Target(String scheme, String host, int port) {
        static Target of(URI address) {
            String scheme = address.getScheme().toLowerCase(Locale.ROOT);
            return new Target(
                    scheme, address.getHost().toLowerCase(Locale.ROOT), NoProxy.port(scheme, address.getPort()));
        }
    }
}
