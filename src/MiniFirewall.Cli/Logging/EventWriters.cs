namespace MiniFirewall.Cli.Logging;

/// <summary>Takes events, one by one.</summary>
internal interface IEventWriter
{
    void Write(PacketEvent packet);

    /// <summary>Tells that so many more events were lost.</summary>
    void WriteLoss(ulong count);

    /// <summary>Tells that so many more events were left out, because there were too many.</summary>
    void WriteLeftOut(ulong count);

    /// <summary>Called several times a second, whether there are events or not.</summary>
    void Turn()
    {
    }
}

/// <summary>Puts events on the output stream, one a line, at once.</summary>
/// <param name="line">The line of an event.</param>
internal sealed class StreamEventWriter(Func<PacketEvent, string> line) : IEventWriter
{
    public void Write(PacketEvent packet)
    {
        Console.Out.WriteLine(line(packet));
        Console.Out.Flush();
    }

    public void WriteLoss(ulong count) => Console.Error.WriteLine($"minifw: {EventText.OfLoss(count)}");

    public void WriteLeftOut(ulong count) => Console.Error.WriteLine($"minifw: {EventText.OfLeftOut(count)}");
}
