using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>
/// Where each entry stands in the image: once, in the run of its ordinary bucket where that is short. Runs come first, each at
/// its home or behind those before it.
/// </summary>
internal sealed class EntryTable
{
    private readonly int[] _places;
    private readonly bool[] _isLast;
    private int _next;

    internal EntryTable(int entries)
    {
        _places = new int[entries];
        Array.Fill(_places, -1);
        _isLast = new bool[entries];
    }

    /// <summary>Elements that are used, free ones between runs included.</summary>
    internal int Count => _next;

    /// <summary>Places entries that have no place, behind one another; returns the run's reference.</summary>
    /// <param name="home">Grows from run to run.</param>
    internal uint PlaceRun(int[] bucket, int home)
    {
        _next = Math.Max(_next, home);
        uint start = (uint)_next;
        foreach (int entry in bucket)
        {
            _places[entry] = _next++;
        }

        _isLast[bucket[^1]] = true;
        return (ImageFormat.KindRun << ImageFormat.KindShift) | start;
    }

    /// <summary>Gives each entry without a place one that is a run of its own.</summary>
    internal void PlaceSingles(int[] bucket)
    {
        foreach (int entry in bucket)
        {
            if (_places[entry] < 0)
            {
                _places[entry] = _next++;
                _isLast[entry] = true;
            }
        }
    }

    internal int PlaceOf(int entry) => _places[entry];

    internal bool IsLast(int entry) => _isLast[entry];
}
