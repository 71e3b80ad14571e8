using System.Text.Json;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Persistence;

/// <summary>What status says of the disk: what the next boot loads, and how the rules in force differ from it.</summary>
internal sealed class KeptState
{
    private readonly string _directory;
    private readonly KeptRules? _onDisk;
    private readonly RuleDifference? _drift;
    private readonly string? _problem;

    private KeptState(string directory, KeptRules? onDisk, RuleDifference? drift, string? problem) =>
        (_directory, _onDisk, _drift, _problem) = (directory, onDisk, drift, problem);

    internal static KeptState Read(PersistentRules kept, LoadedRuleSet? loaded)
    {
        KeptRules? onDisk = null;
        try
        {
            onDisk = kept.OnDisk;
            return new(kept.Directory, onDisk, kept.Drift(loaded), null);
        }
        catch (FirewallException unreadable)
        {
            return new(kept.Directory, onDisk, null, unreadable.Message);
        }
    }

    /// <summary>One line for people.</summary>
    internal string Line() => this switch
    {
        { _problem: { } problem } => $"cannot be read: {problem}",
        { _onDisk: null } => $"nothing is kept in {_directory}: a boot begins without rules; 'minifw save' keeps those in force",
        { _drift: { IsNone: false } drift } => $"{OnDisk()}; {Differ(drift)}: 'minifw save' keeps what is in force, 'minifw undo' goes back to the disk, 'minifw diff disk' shows it",
        _ => $"{OnDisk()}; the same as in force",
    };

    internal void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("disk");
        json.WriteString("directory", _directory);
        if (_onDisk is not null)
        {
            json.WriteNumber("number", _onDisk.Number);
            json.WriteString("when", _onDisk.When);
            json.WriteBoolean("off", _onDisk.IsOff);
        }

        if (_drift is not null)
        {
            json.WriteBoolean("differs", !_drift.IsNone);
            json.WriteNumber("differences", _drift.Count);
            Write(json, "added", _drift.Added);
            Write(json, "removed", _drift.Removed);
        }

        if (_problem is not null)
        {
            json.WriteString("problem", _problem);
        }

        json.WriteEndObject();
    }

    private string OnDisk() => _onDisk!.IsOff ? $"rule set {_onDisk.Number}, no rules" : $"rule set {_onDisk.Number} in {_directory}";

    private static string Differ(RuleDifference drift) => drift switch
    {
        { IsReordered: true } => "the same rules are in another order",
        { Count: 1 } => "1 line differs from what is in force",
        _ => $"{drift.Count} lines differ from what is in force",
    };

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> lines)
    {
        json.WriteStartArray(name);
        foreach (string line in lines)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
    }
}
