using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Rules.Sets;

/// <summary>The elements of a set in one array, in the order they came; a million are 40 MB, not a million objects.</summary>
public sealed class SetElements
{
    /// <summary>The most elements that a set may have.</summary>
    public const int Most = 10_000_000;

    private readonly Lazy<SetElement[]>? _source;
    private readonly Func<SetElement, SetElementState>? _stateOf;
    private Dictionary<SetElement, SetElementState>? _states;
    private SetElement[] _elements = [];
    private int _count;

    public SetElements()
    {
    }

    /// <summary>Elements that are read when somebody first asks for them.</summary>
    /// <param name="stateOf">Tells what is said of one of them; null where nothing is.</param>
    public SetElements(Func<SetElement[]> read, Func<SetElement, SetElementState>? stateOf = null) => (_source, _stateOf) = (new(read), stateOf);

    /// <summary>They are those of a set in force.</summary>
    public bool AreInForce => _source is not null;

    /// <summary>All of them; one that came twice is there twice, and the last one counts.</summary>
    public ReadOnlySpan<SetElement> Span => _source is null ? _elements.AsSpan(0, _count) : _source.Value;

    public int Count => Span.Length;

    public void Add(SetElement element)
    {
        if (_source is not null)
        {
            throw new InvalidOperationException("the elements are those of a set that exists");
        }

        if (_count == _elements.Length)
        {
            Array.Resize(ref _elements, Math.Max(16, _elements.Length * 2));
        }

        _elements[_count++] = element;
    }

    /// <summary>What is said of an element.</summary>
    public SetElementState StateOf(in SetElement element) => _stateOf is not null ? _stateOf(element)
        : _states is not null && _states.TryGetValue(element.WithoutFlag(), out SetElementState state) ? state
        : SetElementState.None;

    /// <summary>Says it of the elements from a number on.</summary>
    internal void SayFrom(int first, SetElementState state)
    {
        // What was said of an element that comes again does not count any more.
        if (state == SetElementState.None && _states is null)
        {
            return;
        }

        _states ??= [];
        for (int i = first; i < _count; i++)
        {
            _states[_elements[i].WithoutFlag()] = state;
        }
    }

    /// <summary>Each element once, in one order whatever order they came in.</summary>
    public SetElement[] Sorted()
    {
        SetElement[] elements = Span.ToArray();
        int[] order = [.. Enumerable.Range(0, elements.Length)];
        Array.Sort(order, (left, right) =>
        {
            int compared = SetElementOrder.Compare(elements[left], elements[right]);
            return compared != 0 ? compared : left.CompareTo(right);
        });

        var sorted = new List<SetElement>(elements.Length);
        foreach (int at in order)
        {
            if (sorted.Count > 0 && SetElementOrder.Compare(sorted[^1], elements[at]) == 0)
            {
                sorted[^1] = elements[at];
            }
            else
            {
                sorted.Add(elements[at]);
            }
        }

        return [.. sorted];
    }
}

/// <summary>The order that elements are printed in: by family, address, prefix, port, second address.</summary>
internal static class SetElementOrder
{
    /// <summary>Zero for two that are one element, whatever they say.</summary>
    internal static int Compare(in SetElement left, in SetElement right)
    {
        int result = left.Families.CompareTo(right.Families);
        result = result != 0 ? result : left.First.CompareTo(right.First);
        result = result != 0 ? result : left.FirstPrefix.CompareTo(right.FirstPrefix);
        result = result != 0 ? result : left.Protocol.CompareTo(right.Protocol);
        result = result != 0 ? result : left.Port.CompareTo(right.Port);
        result = result != 0 ? result : left.Second.CompareTo(right.Second);
        return result != 0 ? result : left.SecondPrefix.CompareTo(right.SecondPrefix);
    }
}
