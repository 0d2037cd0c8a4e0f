// An item of a collection: an element of a resource or a value of the System types.

using System.Globalization;

namespace FhirHub.Model.FhirPath;

/// <summary>What a <see cref="FhirPathValue"/> holds.</summary>
public enum FhirPathKind : byte
{
    /// <summary>Nothing: <c>default</c>.</summary>
    None,

    /// <summary>An element of a resource.</summary>
    Node,
#pragma warning disable CS1591 // The names are the standard's System types.
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,
#pragma warning restore CS1591

    /// <summary>What <c>type()</c> answers with.</summary>
    Type,
}

/// <summary>An item of a collection.</summary>
public readonly struct FhirPathValue : IEquatable<FhirPathValue>
{
    private readonly object? _reference;
    private readonly int _number;
    private readonly decimal _decimal;

    private FhirPathValue(FhirPathKind kind, object? reference, int number = 0, decimal @decimal = 0)
    {
        Kind = kind;
        _reference = reference;
        _number = number;
        _decimal = @decimal;
    }

    /// <summary>What it holds.</summary>
    public FhirPathKind Kind { get; }

    /// <summary>True unless <c>default</c>.</summary>
    public bool Exists => Kind != FhirPathKind.None;

    /// <summary>The element, or null if it is a System value.</summary>
    public ElementNode? Node => Kind == FhirPathKind.Node ? Element : null;

    internal ElementNode Element => new((ResourceTree)_reference!, _number);

    /// <summary>The value of that element.</summary>
    public static FhirPathValue Of(ElementNode node) =>
        node.Exists ? new FhirPathValue(FhirPathKind.Node, node.Tree, node.Index) : default;

    /// <summary>A System.Boolean.</summary>
    public static FhirPathValue Of(bool value) => new(FhirPathKind.Boolean, null, value ? 1 : 0);

    /// <summary>A System.Integer.</summary>
    public static FhirPathValue Of(int value) => new(FhirPathKind.Integer, null, value, value);

    /// <summary>A System.Decimal; the number of its digits is kept.</summary>
    public static FhirPathValue Of(decimal value) => new(FhirPathKind.Decimal, null, 0, value);

    /// <summary>A System.String.</summary>
    public static FhirPathValue Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new FhirPathValue(FhirPathKind.String, value);
    }

    /// <summary>A System.Date, DateTime or Time.</summary>
    public static FhirPathValue Of(FhirPathTemporal value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new FhirPathValue(value.Kind, value);
    }

    /// <summary>A System.Quantity with a UCUM unit, or with a calendar duration's singular (<c>month</c>).</summary>
    public static FhirPathValue Of(decimal value, string unit, bool isCalendar = false)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return new FhirPathValue(FhirPathKind.Quantity, unit, isCalendar ? 1 : 0, value);
    }

    internal static FhirPathValue Of(FhirPathType type) => new(FhirPathKind.Type, type);

    /// <summary>The boolean, of a System.Boolean or a FHIR boolean; null for anything else.</summary>
    public bool? AsBoolean() => Kind switch
    {
        FhirPathKind.Boolean => _number != 0,
        FhirPathKind.Node => Element.GetBoolean(),
        _ => null,
    };

    /// <summary>The integer, of a System.Integer or a FHIR integer; null for anything else.</summary>
    public int? AsInteger()
    {
        var value = ToSystem();
        return value.Kind == FhirPathKind.Integer ? value._number : null;
    }

    /// <summary>The number, of an integer, a decimal or a quantity; null for anything else.</summary>
    public decimal? AsDecimal()
    {
        var value = ToSystem();
        return value.Kind is FhirPathKind.Integer or FhirPathKind.Decimal or FhirPathKind.Quantity ? value._decimal : null;
    }

    /// <summary>The text, of a System.String or a FHIR primitive that is one; null for anything else.</summary>
    public string? AsString() => Kind switch
    {
        FhirPathKind.String => (string)_reference!,
        FhirPathKind.Node when IsText(Element.Type.Primitive) => Element.GetString(),
        _ => null,
    };

    /// <summary>The date or time; null for anything else.</summary>
    public FhirPathTemporal? AsTemporal() => ToSystem()._reference as FhirPathTemporal;

    /// <summary>The unit of a System.Quantity; null for anything else.</summary>
    public string? Unit => Kind == FhirPathKind.Quantity ? (string)_reference! : null;

    /// <summary>True for a quantity whose unit is a calendar duration.</summary>
    public bool IsCalendarDuration => Kind == FhirPathKind.Quantity && _number != 0;

    /// <summary>The type.</summary>
    public FhirPathType Type => Kind switch
    {
        FhirPathKind.Node => new FhirPathType(Element.Type),
        FhirPathKind.Boolean => FhirPathType.Boolean,
        FhirPathKind.Integer => FhirPathType.Integer,
        FhirPathKind.Decimal => FhirPathType.Decimal,
        FhirPathKind.String => FhirPathType.String,
        FhirPathKind.Date => FhirPathType.Date,
        FhirPathKind.DateTime => FhirPathType.DateTime,
        FhirPathKind.Time => FhirPathType.Time,
        FhirPathKind.Quantity => FhirPathType.Quantity,
        FhirPathKind.Type => FhirPathType.TypeInfo,
        _ => FhirPathType.Any,
    };

    internal FhirPathType TypeInfo => (FhirPathType)_reference!;

    internal decimal Number => _decimal;

    internal bool IsNumber => Kind is FhirPathKind.Integer or FhirPathKind.Decimal;

    /// <summary>
    /// The System value of a FHIR primitive or Quantity (R4 fhirpath.html#types); the value itself otherwise. A primitive
    /// without a value, or with one that can't be read, is <c>default</c>.
    /// </summary>
    public FhirPathValue ToSystem()
    {
        if (Kind != FhirPathKind.Node)
            return this;
        var node = Element;
        if (!node.IsPrimitive)
            return FhirPathQuantity.IsQuantity(node.Type) ? FhirPathQuantity.Read(node) : this;
        if (!node.HasValue)
            return default;
        switch (node.Type.Primitive)
        {
            case PrimitiveKind.Boolean:
                return Of(node.RawValue[0] == (byte)'t');
            case PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt:
                return int.TryParse(node.RawValue, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                    ? Of(integer)
                    : default;
            case PrimitiveKind.Decimal:
                return node.GetDecimal() is { } number ? Of(number) : default;
            case PrimitiveKind.Date:
                return Temporal(node, FhirPathKind.Date);
            case PrimitiveKind.DateTime or PrimitiveKind.Instant:
                return Temporal(node, FhirPathKind.DateTime);
            case PrimitiveKind.Time:
                return Temporal(node, FhirPathKind.Time);
            default:
                return Of(node.GetString()!);
        }
    }

    /// <inheritdoc/>
    public bool Equals(FhirPathValue other) => FhirPathComparison.AreEqual(this, other) == true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FhirPathValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => FhirPathComparison.HashOf(ToSystem());

    /// <summary>True if they are equal as the operator <c>=</c> says.</summary>
    public static bool operator ==(FhirPathValue left, FhirPathValue right) => left.Equals(right);

    /// <summary>True unless they are equal as the operator <c>=</c> says.</summary>
    public static bool operator !=(FhirPathValue left, FhirPathValue right) => !left.Equals(right);

    /// <summary>What <c>toString()</c> gives; the path of an element that is no primitive.</summary>
    public override string ToString() => Kind switch
    {
        FhirPathKind.None => "{}",
        FhirPathKind.Node => Element.IsPrimitive ? Element.GetString() ?? "" : Element.GetPath(),
        FhirPathKind.Boolean => _number != 0 ? "true" : "false",
        FhirPathKind.Integer => _number.ToString(CultureInfo.InvariantCulture),
        FhirPathKind.Decimal => _decimal.ToString(CultureInfo.InvariantCulture),
        FhirPathKind.Quantity => FhirPathQuantity.Write(_decimal, Unit!, IsCalendarDuration),
        _ => _reference!.ToString()!,
    };

    internal static bool IsText(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.None or PrimitiveKind.Boolean or PrimitiveKind.Integer or PrimitiveKind.UnsignedInt
            or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal or PrimitiveKind.Date or PrimitiveKind.DateTime
            or PrimitiveKind.Instant or PrimitiveKind.Time => false,
        _ => true,
    };

    private static FhirPathValue Temporal(ElementNode node, FhirPathKind kind) =>
        FhirPathTemporal.TryParse(node.GetString()!, kind, out var temporal) ? Of(temporal) : default;
}
