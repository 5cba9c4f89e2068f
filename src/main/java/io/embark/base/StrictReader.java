/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Gson's strict reader, which refuses a name that an object has given before; what is skipped is not looked into. */
final class StrictReader extends JsonReader {
    private final Deque<Set<String>> names = new ArrayDeque<>();

    StrictReader(Reader in) {
        super(in);
        setStrictness(Strictness.STRICT);
    }

    StrictReader(InputStream in, long mostBytes) {
        this(new InputStreamReader(new Bounded(in, mostBytes), StandardCharsets.UTF_8.newDecoder()));
    }

    @Override
    public void beginObject() throws IOException {
        super.beginObject();
        names.push(new HashSet<>());
    }

    @Override
    public String nextName() throws IOException {
        String name = super.nextName();
        if (!names.element().add(name)) {
            throw new IllegalStateException("the name '" + name + "' is given twice");
        }
        return name;
    }

    @Override
    public void endObject() throws IOException {
        super.endObject();
        names.pop();
    }

    /** A stream that refuses to be longer than it may. */
    private static final class Bounded extends FilterInputStream {
        private final long mostBytes;
        private long bytes;

        Bounded(InputStream in, long mostBytes) {
            super(in);
            this.mostBytes = mostBytes;
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            count(Math.max(read, 0));
            return read;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void count(int more) throws MalformedJsonException {
            bytes += more;
            if (bytes > mostBytes) {
                throw new MalformedJsonException("it is larger than %s bytes".formatted(mostBytes));
            }
        }
    }
}
