// The syntax tree of an expression. Search compiles simple trees to path programs; everything else is evaluated over them.

using System.Text;

namespace FhirHub.Model.FhirPath;

/// <summary>A part of an expression.</summary>
public abstract class FhirPathSyntax
{
    private protected FhirPathSyntax(int position, FhirPathSyntax? left = null, FhirPathSyntax? right = null)
    {
        Position = position;
        Depth = Math.Max(left?.Depth ?? 0, right?.Depth ?? 0) + 1;
    }

    /// <summary>Offset in the expression, from 0.</summary>
    public int Position { get; }

    // The parser bounds it, and with it the recursion of all that walks the tree.
    internal int Depth { get; }
}

/// <summary>A literal: <c>'text'</c>, <c>5</c>, <c>@2015</c>, <c>4 'mg'</c>.</summary>
public sealed class LiteralSyntax : FhirPathSyntax
{
    internal LiteralSyntax(int position, FhirPathValue value)
        : base(position)
    {
        Value = value;
        Utf8 = value.Kind == FhirPathKind.String ? Encoding.UTF8.GetBytes(value.AsString()!) : [];
    }

    /// <summary>The value.</summary>
    public FhirPathValue Value { get; }

    // Comparing an element with a string literal needs no string made of the element.
    internal byte[] Utf8 { get; }
}

/// <summary>The empty collection, <c>{}</c>.</summary>
public sealed class EmptySyntax : FhirPathSyntax
{
    internal EmptySyntax(int position)
        : base(position)
    {
    }
}

/// <summary>An element by name: <c>name</c> or <c>focus.name</c>; without focus it may be the type's own name.</summary>
public sealed class MemberSyntax : FhirPathSyntax
{
    private Resolved? _resolved;

    internal MemberSyntax(int position, FhirPathSyntax? focus, string name)
        : base(position, focus)
    {
        Focus = focus;
        Name = name;
    }

    /// <summary>Whose element; null for <c>$this</c>.</summary>
    public FhirPathSyntax? Focus { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    // Elements met by one step are nearly always of one type, so the last answer saves the look-up by name.
    internal ElementDefinition? ElementOf(TypeDefinition type)
    {
        var resolved = _resolved;
        if (resolved is null || !ReferenceEquals(resolved.Type, type))
            _resolved = resolved = new Resolved(type, type.FindElement(Name));
        return resolved.Element;
    }

    private sealed record Resolved(TypeDefinition Type, ElementDefinition? Element);
}

/// <summary>A function: <c>focus.name(arguments)</c>.</summary>
public sealed class FunctionSyntax : FhirPathSyntax
{
    internal FunctionSyntax(int position, FhirPathSyntax? focus, FunctionSignature signature, IReadOnlyList<FhirPathSyntax> arguments)
        : base(position, focus, Deepest(arguments))
    {
        Focus = focus;
        Signature = signature;
        Arguments = arguments;
    }

    /// <summary>What it is called on; null for <c>$this</c>.</summary>
    public FhirPathSyntax? Focus { get; }

    /// <summary>The function's name.</summary>
    public string Name => Signature.Name;

    /// <summary>The arguments, as written.</summary>
    public IReadOnlyList<FhirPathSyntax> Arguments { get; }

    internal FunctionSignature Signature { get; }

    private static FhirPathSyntax? Deepest(IReadOnlyList<FhirPathSyntax> arguments)
    {
        FhirPathSyntax? deepest = null;
        foreach (var argument in arguments)
        {
            if (deepest is null || argument.Depth > deepest.Depth)
                deepest = argument;
        }

        return deepest;
    }
}

/// <summary>One item by position: <c>focus[index]</c>.</summary>
public sealed class IndexerSyntax : FhirPathSyntax
{
    internal IndexerSyntax(int position, FhirPathSyntax focus, FhirPathSyntax index)
        : base(position, focus, index)
    {
        Focus = focus;
        Index = index;
    }

    /// <summary>The collection.</summary>
    public FhirPathSyntax Focus { get; }

    /// <summary>The position, from 0.</summary>
    public FhirPathSyntax Index { get; }
}

/// <summary><c>+x</c> or <c>-x</c>.</summary>
public sealed class PolaritySyntax : FhirPathSyntax
{
    internal PolaritySyntax(int position, FhirPathSyntax operand, bool isNegative)
        : base(position, operand)
    {
        Operand = operand;
        IsNegative = isNegative;
    }

    /// <summary>What the sign is put before.</summary>
    public FhirPathSyntax Operand { get; }

    /// <summary>True for <c>-</c>.</summary>
    public bool IsNegative { get; }
}

/// <summary>The operators between two expressions (FHIRPath N1, "Operations").</summary>
public enum FhirPathOperator
{
#pragma warning disable CS1591 // The names are the standard's and say it all.
    Multiply,
    Divide,
    Div,
    Mod,
    Add,
    Subtract,
    Concatenate,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Equivalent,
    NotEqual,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
#pragma warning restore CS1591
}

/// <summary>Two expressions and the operator between them.</summary>
public sealed class BinarySyntax : FhirPathSyntax
{
    internal BinarySyntax(int position, FhirPathOperator @operator, FhirPathSyntax left, FhirPathSyntax right)
        : base(position, left, right)
    {
        Operator = @operator;
        Left = left;
        Right = right;
    }

    /// <summary>The operator.</summary>
    public FhirPathOperator Operator { get; }

    /// <summary>What stands before it.</summary>
    public FhirPathSyntax Left { get; }

    /// <summary>What stands after it.</summary>
    public FhirPathSyntax Right { get; }
}

/// <summary>What a <see cref="TypeSyntax"/> asks.</summary>
public enum TypeOperator
{
    /// <summary><c>x is T</c> and <c>x.is(T)</c>.</summary>
    Is,

    /// <summary><c>x as T</c> and <c>x.as(T)</c>.</summary>
    As,

    /// <summary><c>x.ofType(T)</c>.</summary>
    OfType,
}

/// <summary>A test or a choice by type: <c>is</c>, <c>as</c>, <c>ofType</c>, as operator or function.</summary>
public sealed class TypeSyntax : FhirPathSyntax
{
    internal TypeSyntax(int position, FhirPathSyntax? operand, TypeOperator @operator, FhirPathType type, bool isFunction)
        : base(position, operand)
    {
        Operand = operand;
        Operator = @operator;
        Type = type;
        IsFunction = isFunction;
    }

    /// <summary>Whose type; null for <c>$this</c>.</summary>
    public FhirPathSyntax? Operand { get; }

    /// <summary>What is asked.</summary>
    public TypeOperator Operator { get; }

    /// <summary>The type.</summary>
    public FhirPathType Type { get; }

    /// <summary>True if written as a function, <c>x.as(T)</c>.</summary>
    public bool IsFunction { get; }
}

/// <summary>The variables that iteration sets.</summary>
public enum FhirPathVariable
{
    /// <summary><c>$this</c>.</summary>
    This,

    /// <summary><c>$index</c>.</summary>
    Index,

    /// <summary><c>$total</c>.</summary>
    Total,
}

/// <summary><c>$this</c>, <c>$index</c> or <c>$total</c>.</summary>
public sealed class VariableSyntax : FhirPathSyntax
{
    internal VariableSyntax(int position, FhirPathVariable variable)
        : base(position) => Variable = variable;

    /// <summary>Which one.</summary>
    public FhirPathVariable Variable { get; }
}

/// <summary>A value from outside: <c>%resource</c>, <c>%ucum</c>, <c>%`vs-name`</c>.</summary>
public sealed class ExternalConstantSyntax : FhirPathSyntax
{
    internal ExternalConstantSyntax(int position, string name)
        : base(position) => Name = name;

    /// <summary>The name, without <c>%</c>.</summary>
    public string Name { get; }
}
