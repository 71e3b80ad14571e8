using MiniFirewall.Asm;
using MiniFirewall.Btf;

namespace MiniFirewall.Bpf;

/// <summary>
/// The BTF of a program's functions, which is how the verifier learns what a global function may be called with.
/// Every function returns a 64-bit number: the verifier asks for an integer of any width.
/// </summary>
internal sealed class FunctionTypes
{
    private readonly BtfBuilder _builder = new();
    private readonly Dictionary<Parameter, int> _pointers = [];
    private readonly int _number;
    private int _byte;
    private int _index;

    private FunctionTypes() => _number = _builder.AddUnsigned("u64", 8);

    /// <summary>The blob, and each function's slot and type id.</summary>
    public static (byte[] Btf, (int Slot, int TypeId)[] Functions) Build(IEnumerable<PlacedFunction> functions)
    {
        var types = new FunctionTypes();
        (int, int)[] ids = [.. functions.OrderBy(f => f.Slot).Select(f => (f.Slot, types.Add(f.Function)))];
        return (types._builder.Build(), ids);
    }

    private int Add(Function function)
    {
        var parameters = function.Parameters.Select(p => (p.Name, TypeOf(p))).ToArray();
        int prototype = _builder.AddFunctionPrototype(_number, parameters);
        return _builder.AddFunction(function.Name, prototype, function.IsGlobal);
    }

    private int TypeOf(Parameter parameter) => parameter switch
    {
        NumberParameter => _number,
        BytesParameter bytes => Pointer(bytes with { Name = "" }, () => Bytes(bytes.Size)),
        ContextParameter context => Pointer(context with { Name = "" }, () => _builder.AddOpaqueStruct(context.Struct, 0)),
        _ => throw new InvalidOperationException($"a parameter of the unknown kind {parameter.GetType().Name}"),
    };

    private int Pointer(Parameter key, Func<int> target)
    {
        if (!_pointers.TryGetValue(key, out int id))
        {
            id = _builder.AddPointer(target());
            _pointers.Add(key, id);
        }

        return id;
    }

    private int Bytes(int size)
    {
        if (_byte == 0)
        {
            _byte = _builder.AddUnsigned("u8", 1);
            _index = _builder.AddUnsigned("u32", 4);
        }

        return _builder.AddStruct($"bytes_{size}", size, "data", _builder.AddArray(_byte, _index, size));
    }
}
