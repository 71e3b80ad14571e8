namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>
/// Appends events to a file, a line each. It is opened for each one, so that it may be renamed and made anew at any time, as logrotate
/// does. What cannot be written is lost, and said to be, once.
/// </summary>
/// <param name="line">The line of an event.</param>
/// <param name="noteLine">The line that tells something of events.</param>
internal sealed class FileEventWriter(string path, Func<PacketEvent, string> line, Func<string, string> noteLine) : IEventWriter
{
    private static readonly FileStreamOptions Appending = new()
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
    };

    private bool _isSilent;

    public void Write(PacketEvent packet) => Append(line(packet));

    public void WriteLoss(ulong count) => Append(noteLine(EventText.OfLoss(count)));

    public void WriteLeftOut(ulong count) => Append(noteLine(EventText.OfLeftOut(count)));

    /// <summary>Makes the file where it is not there.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Touch() => File.Open(path, Appending).Dispose();

    private void Append(string text)
    {
        try
        {
            using var writer = new StreamWriter(path, Appending);
            writer.Write(text + '\n');
            _isSilent = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!_isSilent)
            {
                Console.Error.WriteLine($"minifw: events cannot be written to {path} ({error.Message}); they are lost until they can");
            }

            _isSilent = true;
        }
    }
}
