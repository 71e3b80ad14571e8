using System.Collections;
using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>Labels in new code for places of the old, each made when it is first asked for.</summary>
internal sealed class PlaceLabels(Assembler code) : IEnumerable<KeyValuePair<int, Label>>
{
    private readonly Dictionary<int, Label> _labels = [];

    internal Label Of(int at)
    {
        if (!_labels.TryGetValue(at, out Label? label))
        {
            _labels.Add(at, label = code.DefineLabel());
        }

        return label;
    }

    public IEnumerator<KeyValuePair<int, Label>> GetEnumerator() => _labels.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
