using MiniFirewall.Policy;

namespace MiniFirewall.Analysis.Connections;

/// <summary>What connection tracking is set to.</summary>
public sealed class TrackingSettings
{
    private readonly int[] _values = [.. ConnectionSetting.All.Select(setting => setting.Default)];

    /// <summary>Sets one, which holds for packets from then on.</summary>
    public void Set(ConnectionSettingValue value) => _values[value.Setting.Number] = value.Value;

    /// <summary>That of a name without "nf_conntrack_"; time-outs are seconds.</summary>
    internal int this[string name] => _values[ConnectionSetting.Find(name)!.Number];
}
