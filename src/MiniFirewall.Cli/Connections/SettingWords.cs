using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Policy;

namespace MiniFirewall.Cli.Connections;

/// <summary>Reads NAME VALUE pairs of settings.</summary>
internal static class SettingWords
{
    internal static ImmutableArray<ConnectionSettingValue> Read(string[] words)
    {
        var settings = ImmutableArray.CreateBuilder<ConnectionSettingValue>();
        for (int i = 0; i < words.Length; i += 2)
        {
            ConnectionSetting setting = ConnectionSetting.Find(words[i])
                ?? throw new UsageException($"'{words[i]}' is not a setting of connections; the settings are {string.Join(", ", ConnectionSetting.All.Select(known => known.Name))}");
            string text = i + 1 < words.Length ? words[i + 1] : throw new UsageException($"{setting.Name} needs a value: {Range(setting)}");
            bool isGood = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= setting.Lowest && value <= setting.Highest;
            settings.Add(isGood ? new(setting, value) : throw new UsageException($"'{text}' is no value of {setting.Name}; write {Range(setting)}"));
        }

        return settings.ToImmutable();
    }

    private static string Range(ConnectionSetting setting) => $"a number from {setting.Lowest} to {setting.Highest}";
}
