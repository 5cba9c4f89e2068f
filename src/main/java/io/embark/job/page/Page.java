/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.embark.job.guard.ReportFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A page that is built from its top to its end: sentences, tables, charts. It asks for nothing from elsewhere, follows the
 * reader's choice of light and dark, and can be read without its script, since each chart stands on it as a table as well. Charts
 * are drawn by uPlot. Whatever is put in is text, never markup. Used by one thread.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Page {
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    /** With < and its like written as escapes, so that no text ends the script that it stands in. */
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

    private final String title;
    private final StringBuilder body = new StringBuilder();
    private final List<Map<String, Object>> charts = new ArrayList<>();

    public Page(String title) {
        this.title = title;
        body.append("<h1>").append(escaped(title)).append("</h1>\n");
    }

    public Page heading(String text) {
        body.append("<h2>").append(escaped(text)).append("</h2>\n");
        return this;
    }

    public Page sentence(String text) {
        body.append("<p>").append(escaped(text)).append("</p>\n");
        return this;
    }

    /** Words that are to be copied as they are. */
    public Page code(String text) {
        body.append("<pre tabindex=\"0\"><code>").append(escaped(text)).append("</code></pre>\n");
        return this;
    }

    public Page list(List<String> items) {
        body.append("<ul>\n");
        items.forEach(item -> body.append("<li>").append(escaped(item)).append("</li>\n"));
        body.append("</ul>\n");
        return this;
    }

    /**
     * Adds a table.
     *
     * @param rows the cells, each row as long as the header
     */
    public Page table(List<String> header, List<List<String>> rows) {
        body.append("<div class=\"wide\" tabindex=\"0\"><table>\n<thead>")
                .append(row(header, "th"))
                .append("</thead>\n<tbody>\n");
        rows.forEach(cells -> body.append(row(cells, "td")).append('\n'));
        body.append("</tbody>\n</table></div>\n");
        return this;
    }

    private static String row(List<String> cells, String element) {
        StringBuilder row = new StringBuilder("<tr>");
        cells.forEach(cell -> row.append('<')
                .append(element)
                .append('>')
                .append(escaped(cell))
                .append("</")
                .append(element)
                .append('>'));
        return row.append("</tr>").toString();
    }

    public Page chart(Chart chart) {
        int number = charts.size();
        Map<String, Object> drawn = new LinkedHashMap<>();
        drawn.put("kind", chart.kind().name().toLowerCase(Locale.ROOT));
        drawn.put("across", chart.across());
        drawn.put("up", chart.up());
        drawn.put("categories", chart.categories());
        drawn.put("series", chart.series());
        charts.add(drawn);
        body.append("<figure><figcaption>")
                .append(escaped(chart.title()))
                .append("</figcaption>\n<div class=\"chart\" id=\"chart-")
                .append(number)
                .append("\" role=\"img\" aria-label=\"")
                .append(escaped("%s: %s over %s; the same as a table below"
                        .formatted(chart.title(), chart.up(), chart.across())))
                .append("\"></div>\n<details><summary>as a table</summary>\n");
        List<String> header = new ArrayList<>(List.of(chart.across()));
        header.addAll(chart.series().keySet());
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < chart.categories().size(); i++) {
            List<String> cells = new ArrayList<>(List.of(chart.categories().get(i)));
            for (List<Double> values : chart.series().values()) {
                cells.add(number(values.get(i)));
            }
            rows.add(cells);
        }
        table(header, rows);
        body.append("</details></figure>\n");
        return this;
    }

    private static String number(Double value) {
        if (value == null) {
            return "";
        }
        return Math.abs(value) >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    /** The whole file. */
    public String html() {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                %s
                <title>%s</title>
                <style>
                %s
                %s
                </style>
                </head>
                <body>
                <main>
                %s</main>
                <script>
                %s
                </script>
                <script id="charts" type="application/json">%s</script>
                <script>
                %s
                </script>
                </body>
                </html>
                """.formatted(
                        ReportFolder.PAGE,
                        escaped(title),
                        resource(UPLOT + "uPlot.min.css"),
                        resource("page.css"),
                        body,
                        resource(UPLOT + "uPlot.iife.min.js"),
                        GSON.toJson(charts),
                        resource("page.js"));
    }

    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(Page.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("%s of this jar cannot be read".formatted(name), e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
