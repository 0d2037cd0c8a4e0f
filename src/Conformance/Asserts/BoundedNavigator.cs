// A cursor over XML that counts its moves: System.Xml evaluates XPath to the end, however long that takes, unless the cursor refuses to move.

using System.Diagnostics;
using System.Xml;
using System.Xml.XPath;

namespace FhirHub.Conformance;

/// <summary>What one evaluation of XPath may do.</summary>
internal sealed class NavigationBudget
{
    private const int MaxMoves = 30_000_000;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    private readonly long _started = Stopwatch.GetTimestamp();
    private int _left = MaxMoves;

    public void Take(int moves)
    {
        var before = _left;
        _left -= moves;

        // The clock is looked at every some thousand moves.
        if (_left < 0 || (before >> 12 != _left >> 12 && Stopwatch.GetElapsedTime(_started) > MaxTime))
            throw new StepException($"The XPath takes more than {MaxMoves} steps or {MaxTime.TotalSeconds} seconds on this body. Make it look at less, for instance by names instead of //.");
    }
}

/// <summary>A cursor over a document that counts. Elements of FHIR have no namespace here, so that scripts need no prefix for them.</summary>
internal sealed class BoundedNavigator(XPathNavigator inner, NavigationBudget budget) : XPathNavigator
{
    private const string Fhir = "http://hl7.org/fhir";

    // Text is copied for each comparison; a copy of that many characters takes about as long as a move.
    private const int CharactersPerMove = 64;

    public override string BaseURI => inner.BaseURI;

    public override bool IsEmptyElement => inner.IsEmptyElement;

    public override string LocalName => inner.LocalName;

    public override string Name => inner.Name;

    public override string NamespaceURI => inner.NamespaceURI == Fhir ? "" : inner.NamespaceURI;

    public override XmlNameTable NameTable => inner.NameTable;

    public override XPathNodeType NodeType => inner.NodeType;

    public override string Prefix => inner.Prefix;

    public override string Value
    {
        get
        {
            var value = inner.Value;
            budget.Take(1 + (value.Length / CharactersPerMove));
            return value;
        }
    }

    /// <summary>The value of an attribute or text, the <c>value</c> attribute of an element that has one, the XML of any other.</summary>
    public string SimpleValue
    {
        get
        {
            if (NodeType is not (XPathNodeType.Element or XPathNodeType.Root))
                return Value;
            var attribute = inner.Clone();
            if (attribute.MoveToAttribute("value", ""))
                return attribute.Value;
            var xml = inner.OuterXml;
            budget.Take(1 + (xml.Length / CharactersPerMove));
            return xml;
        }
    }

    public override XPathNavigator Clone()
    {
        budget.Take(1);
        return new BoundedNavigator(inner.Clone(), budget);
    }

    public override XmlNodeOrder ComparePosition(XPathNavigator? nav)
    {
        budget.Take(1);
        return nav is BoundedNavigator other ? inner.ComparePosition(other.Inner) : XmlNodeOrder.Unknown;
    }

    public override bool IsDescendant(XPathNavigator? nav)
    {
        budget.Take(1);
        return nav is BoundedNavigator other && inner.IsDescendant(other.Inner);
    }

    public override bool IsSamePosition(XPathNavigator other)
    {
        budget.Take(1);
        return other is BoundedNavigator bounded && inner.IsSamePosition(bounded.Inner);
    }

    public override bool MoveTo(XPathNavigator other)
    {
        budget.Take(1);
        return other is BoundedNavigator bounded && inner.MoveTo(bounded.Inner);
    }

    public override bool MoveToFirstAttribute() => Counted(inner.MoveToFirstAttribute());

    public override bool MoveToFirstChild() => Counted(inner.MoveToFirstChild());

    public override bool MoveToFirstNamespace(XPathNamespaceScope namespaceScope) => Counted(inner.MoveToFirstNamespace(namespaceScope));

    // Documents without a DTD have no attributes of type ID.
    public override bool MoveToId(string id) => false;

    public override bool MoveToNext() => Counted(inner.MoveToNext());

    public override bool MoveToNextAttribute() => Counted(inner.MoveToNextAttribute());

    public override bool MoveToNextNamespace(XPathNamespaceScope namespaceScope) => Counted(inner.MoveToNextNamespace(namespaceScope));

    public override bool MoveToParent() => Counted(inner.MoveToParent());

    public override bool MoveToPrevious() => Counted(inner.MoveToPrevious());

    private XPathNavigator Inner => inner;

    private bool Counted(bool moved)
    {
        budget.Take(1);
        return moved;
    }
}
