using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>
/// Sends events to systemd's journal by its own protocol (systemd's "Native Journal Protocol"): a datagram an event, a field a line.
/// </summary>
internal sealed class JournalWriter(string path, Func<PacketEvent, string> message) : IEventWriter, IDisposable
{
    /// <summary>Where the journal listens.</summary>
    internal const string UsualPath = "/run/systemd/journal/socket";

    private readonly DatagramOutlet _outlet = new(path, "the journal");

    public void Write(PacketEvent packet)
    {
        var entry = new List<byte>();
        Add(entry, "MESSAGE", message(packet));
        Add(entry, "PRIORITY", $"{EventPriority.Of(packet)}");
        Add(entry, "SYSLOG_IDENTIFIER", "minifw");
        foreach ((string name, string value) in EventFieldNames.Of(packet))
        {
            Add(entry, "MINIFW_" + name, value);
        }

        _outlet.Send([.. entry]);
    }

    public void WriteLoss(ulong count) => WriteNote(EventText.OfLoss(count));

    public void WriteLeftOut(ulong count) => WriteNote(EventText.OfLeftOut(count));

    public void Dispose() => _outlet.Dispose();

    private void WriteNote(string text)
    {
        var entry = new List<byte>();
        Add(entry, "MESSAGE", text);
        Add(entry, "PRIORITY", $"{EventPriority.OfLoss}");
        Add(entry, "SYSLOG_IDENTIFIER", "minifw");
        _outlet.Send([.. entry]);
    }

    /// <summary>NAME=value and a line end; a value of several lines has its length before it, 64 bits, little-endian.</summary>
    private static void Add(List<byte> entry, string name, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        entry.AddRange(Encoding.ASCII.GetBytes(name));
        if (bytes.Contains((byte)'\n'))
        {
            entry.Add((byte)'\n');
            var length = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)bytes.Length);
            entry.AddRange(length);
        }
        else
        {
            entry.Add((byte)'=');
        }

        entry.AddRange(bytes);
        entry.Add((byte)'\n');
    }
}
