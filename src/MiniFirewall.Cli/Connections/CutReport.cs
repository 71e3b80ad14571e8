using MiniFirewall.Cli.Output;

namespace MiniFirewall.Cli.Connections;

/// <summary>How many connections have been ended.</summary>
internal static class CutReport
{
    internal static void Write(int count, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Document(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("cut", count);
                json.WriteEndObject();
            });
        }
        else
        {
            Console.Out.WriteLine(count == 1 ? "1 connection ended" : $"{count} connections ended");
        }
    }
}
