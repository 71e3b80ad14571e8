using MiniFirewall.Cli.Output;
using MiniFirewall.Policy;

namespace MiniFirewall.Cli.Connections;

/// <summary>What is set of connection tracking.</summary>
internal static class SettingsOutput
{
    internal static void Write(IReadOnlyList<ConnectionSettingValue> settings)
    {
        var table = new PlainTable("setting", ">value", ">default");
        foreach (ConnectionSettingValue set in settings)
        {
            table.Add(set.Setting.Name, $"{set.Value}", $"{set.Setting.Default}");
        }

        table.Write(Console.Out);
    }

    internal static void WriteJson(IReadOnlyList<ConnectionSettingValue> settings) => JsonOutput.Document(json =>
    {
        json.WriteStartObject();
        foreach (ConnectionSettingValue set in settings)
        {
            json.WriteNumber(set.Setting.Name, set.Value);
        }

        json.WriteEndObject();
    });
}
