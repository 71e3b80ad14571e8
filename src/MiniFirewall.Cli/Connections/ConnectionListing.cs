using MiniFirewall.Engine.Connections;
using MiniFirewall.Sys;

namespace MiniFirewall.Cli.Connections;

/// <summary>Connections as lines of text.</summary>
internal static class ConnectionListing
{
    internal static void Write(ConnectionWalk walk, ConnectionFilter filter, bool asProc)
    {
        using var output = new LineOutput();
        if (!asProc)
        {
            output.End(ConnectionText.WriteHeads(output.Room));
        }

        while (walk.MoveNext())
        {
            ref readonly Connection connection = ref walk.Current;
            if (filter.Matches(connection))
            {
                output.End(asProc
                    ? ConnectionText.WriteProc(output.Room, connection, walk.Now, KernelTime.Hertz)
                    : ConnectionText.Write(output.Room, connection, walk.Now, KernelTime.Hertz));
            }
        }
    }
}
