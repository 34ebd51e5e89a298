// What Java's containers make of Cookie headers, one "NAME HEX" a line.
// For each: a JSON object of parser to value, as UTF-8 in hexadecimal.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

import org.apache.tomcat.util.http.CookieProcessor;
import org.apache.tomcat.util.http.LegacyCookieProcessor;
import org.apache.tomcat.util.http.MimeHeaders;
import org.apache.tomcat.util.http.Rfc6265CookieProcessor;
import org.apache.tomcat.util.http.ServerCookie;
import org.apache.tomcat.util.http.ServerCookies;
import org.eclipse.jetty.http.CookieCompliance;
import org.eclipse.jetty.server.CookieCutter;

class Parsers {
    static String jetty(CookieCompliance compliance, String name, byte[] header) {
        CookieCutter cutter = new CookieCutter(compliance);
        cutter.addCookieField(new String(header, StandardCharsets.ISO_8859_1));

        for (javax.servlet.http.Cookie cookie : cutter.getCookies()) {
            if (cookie.getName().equalsIgnoreCase(name)) {
                return cookie.getValue();
            }
        }

        return null;
    }

    static String tomcat(CookieProcessor processor, String name, byte[] header) {
        MimeHeaders headers = new MimeHeaders();
        headers.addValue("Cookie").setBytes(header, 0, header.length);

        ServerCookies cookies = new ServerCookies(4);
        processor.parseCookieHeader(headers, cookies);

        for (int i = 0; i < cookies.getCookieCount(); i++) {
            ServerCookie cookie = cookies.getCookie(i);

            if (cookie.getName().toString().equals(name)) {
                cookie.getValue().getByteChunk().setCharset(StandardCharsets.UTF_8);
                return cookie.getValue().toString();
            }
        }

        return null;
    }

    static String hex(byte[] bytes) {
        StringBuilder out = new StringBuilder();

        for (byte b : bytes) {
            out.append(String.format("%02x", b));
        }

        return out.toString();
    }

    static byte[] unhex(String hex) {
        byte[] out = new byte[hex.length() / 2];

        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }

        return out;
    }

    public static void main(String[] args) throws Exception {
        Map<String, BiFunction<String, byte[], String>> parsers = new LinkedHashMap<>();

        parsers.put("jetty", (n, h) -> jetty(CookieCompliance.RFC6265, n, h));
        parsers.put("jetty 2965", (n, h) -> jetty(CookieCompliance.RFC2965, n, h));
        parsers.put("tomcat", (n, h) -> tomcat(new Rfc6265CookieProcessor(), n, h));
        parsers.put("tomcat legacy", (n, h) -> tomcat(new LegacyCookieProcessor(), n, h));

        BufferedReader in = new BufferedReader(new InputStreamReader(System.in,
            StandardCharsets.ISO_8859_1));

        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split(" ", 2);
            StringBuilder out = new StringBuilder();

            for (var parser : parsers.entrySet()) {
                String value = null;

                try {
                    value = parser.getValue().apply(parts[0], unhex(parts[1]));
                } catch (RuntimeException refused) {
                    // the backend answers 400: it took nothing
                }

                if (value != null) {
                    out.append(out.length() == 0 ? "" : ", ").append('"')
                       .append(parser.getKey()).append("\": \"")
                       .append(hex(value.getBytes(StandardCharsets.UTF_8))).append('"');
                }
            }

            System.out.println("{" + out + "}");
        }

        System.out.println(parsers.keySet().stream().map(n -> '"' + n + '"')
            .collect(Collectors.joining(", ", "[", "]")));
    }
}
