using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Output;

/// <summary>JSON on the output stream, and the words that all commands' JSON has in common.</summary>
internal static class JsonOutput
{
    // Rule text holds quotes, < and non-ASCII comments; none of it goes into HTML.
    private static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Writes one document, indented, and a line end.</summary>
    internal static void Document(Action<Utf8JsonWriter> write) => Write(write, indented: true);

    /// <summary>Writes one document in one line.</summary>
    internal static void Line(Action<Utf8JsonWriter> write) => Write(write, indented: false);

    /// <summary>One document in one line, as text.</summary>
    internal static string Text(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = Readable }))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    internal static string Word(this Family family) => family == Family.IPv4 ? "ipv4" : "ipv6";

    internal static string Word(this Verdict verdict) => verdict == Verdict.Accept ? "ACCEPT" : "DROP";

    internal static string Word(this Hook hook) => hook switch
    {
        Hook.PreRouting => "prerouting",
        Hook.LocalIn => "input",
        Hook.Forward => "forward",
        Hook.LocalOut => "output",
        _ => "postrouting",
    };

    /// <summary>Writes packets and bytes into the object that is open.</summary>
    internal static void WriteCounters(this Utf8JsonWriter json, Counters counters)
    {
        json.WriteNumber("packets", counters.Packets);
        json.WriteNumber("bytes", counters.Bytes);
    }

    private static void Write(Action<Utf8JsonWriter> write, bool indented)
    {
        using Stream output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = indented, Encoder = Readable }))
        {
            write(json);
        }

        output.WriteByte((byte)'\n');
        output.Flush();
    }
}
