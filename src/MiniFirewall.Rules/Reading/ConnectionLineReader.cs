using System.Globalization;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads a line "connections NAME VALUE [NAME VALUE …]", which says how connections are tracked.</summary>
internal sealed class ConnectionLineReader(ReadSession session)
{
    internal const string Beginning = "connections";

    private readonly DiagnosticBag _diagnostics = session.Diagnostics;

    /// <param name="words">Of the line; the first one is <see cref="Beginning"/>.</param>
    internal void Read(List<Word> words)
    {
        if (words.Count == 1)
        {
            _diagnostics.Report(ErrorCodes.MissingArgument, words[0], "the line of connections sets nothing", "write connections NAME VALUE, such as connections udp_timeout 60");
        }

        for (int i = 1; i < words.Count; i += 2)
        {
            Read(words[i], i + 1 < words.Count ? words[i + 1] : null);
        }
    }

    private void Read(Word name, Word? value)
    {
        if (ConnectionSetting.Find(name.Text) is not { } setting)
        {
            _diagnostics.Report(
                ErrorCodes.UnknownConnectionSetting, name, $"{Show.Word(name.Text)} is not a setting of connections",
                Nearest.HintOr(name.Text, ConnectionSetting.All.Select(known => known.Name), "minifw connections settings names them"));
        }
        else if (value is not { } word)
        {
            _diagnostics.Report(ErrorCodes.MissingArgument, name, $"{Show.Word(name.Text)} needs a value", Range(setting));
        }
        else if (!int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < setting.Lowest || number > setting.Highest)
        {
            _diagnostics.Report(ErrorCodes.BadConnectionSetting, word, $"{Show.Word(word.Text)} is no value of {setting.Name}", Range(setting));
        }
        else if (!session.ConnectionSettings.TryAdd(setting.Number, new(setting, number)))
        {
            _diagnostics.Report(ErrorCodes.RepeatedOption, name, $"{Show.Word(name.Text)} is set twice", "leave one of them out");
        }
    }

    private static string Range(ConnectionSetting setting) => $"write a number from {setting.Lowest} to {setting.Highest}";
}
