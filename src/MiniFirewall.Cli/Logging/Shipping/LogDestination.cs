namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>
/// Where minifw serve sends events: "stdout", "journald", "syslog", or a file's path, which has a slash in it. Behind "journald:" and
/// "syslog:" may stand the path of a socket other than the usual.
/// </summary>
internal static class LogDestination
{
    internal const string Words = "stdout, journald, syslog, or a path with a slash";

    private const string Journal = "journald", LogDaemon = "syslog";

    internal static bool IsKnown(string word) => word is "stdout" or Journal or LogDaemon || word.Contains('/', StringComparison.Ordinal);

    /// <exception cref="RefusedDestinationException">Nobody listens there, or the file cannot be written.</exception>
    internal static IEventWriter Open(string word, EventFormat format) => word switch
    {
        "stdout" when format == EventFormat.Json => new JsonEventWriter(),
        "stdout" => new StreamEventWriter(format == EventFormat.Kernel ? KernelEventText.WithTime : EventText.Of),
        _ when SocketOf(word, Journal, JournalWriter.UsualPath) is { } path => new JournalWriter(Listening(path, "the journal"), LineOf(format)),
        _ when SocketOf(word, LogDaemon, SyslogWriter.UsualPath) is { } path => new SyslogWriter(Listening(path, "a log daemon"), LineOf(format)),
        _ => OpenFile(word, format),
    };

    /// <summary>The socket that a word such as "syslog" or "syslog:/run/log" means; null for another word.</summary>
    private static string? SocketOf(string word, string name, string usual) =>
        word == name ? usual : word.StartsWith(name + ":/", StringComparison.Ordinal) ? word[(name.Length + 1)..] : null;

    /// <summary>Lines for those who say the time themselves.</summary>
    private static Func<PacketEvent, string> LineOf(EventFormat format) => format switch
    {
        EventFormat.Json => JsonEventWriter.Line,
        EventFormat.Kernel => KernelEventText.Of,
        _ => EventText.WithoutTime,
    };

    private static string Listening(string path, string who) => Path.Exists(path)
        ? path
        : throw new RefusedDestinationException($"{who} does not listen here: {path} is not there");

    private static FileEventWriter OpenFile(string path, EventFormat format)
    {
        string host = Environment.MachineName;
        FileEventWriter writer = format switch
        {
            EventFormat.Json => new(path, JsonEventWriter.Line, JsonEventWriter.NoteLine),
            EventFormat.Kernel => new(path, packet => $"{SyslogTime.Of(packet.Time)} {host} minifw: {KernelEventText.Of(packet)}", note => $"{SyslogTime.Of(DateTimeOffset.Now)} {host} minifw: {note}"),
            _ => new(path, EventText.Of, note => $"{DateTimeOffset.Now:yyyy-MM-ddTHH:mm:ss.ffffff} {note}"),
        };
        try
        {
            writer.Touch();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RefusedDestinationException($"{path} cannot be written: {error.Message}");
        }

        return writer;
    }
}

/// <summary>Events cannot be sent where they were to go.</summary>
internal sealed class RefusedDestinationException(string message) : Exception(message);
