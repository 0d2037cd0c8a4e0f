// Reads FHIR XML with the schema alongside: names, order, attributes and namespaces are checked here, because JSON can't show
// them; values and cardinality are left to the JSON parser.

using System.Globalization;
using System.Text;
using System.Xml;

namespace FhirHub.Model;

/// <summary>One reading of an XML resource.</summary>
internal sealed class XmlResourceReader
{
    private const string SchemaInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

    private readonly XmlReader _reader;
    private readonly IXmlLineInfo _place;
    private readonly Schema _schema;
    private readonly ParseLimits _limits;
    private readonly bool _anyOrder;
    private readonly XhtmlCapture _capture;
    private int _count;

    public XmlResourceReader(string text, Schema schema, ParseLimits limits, bool anyOrder)
    {
        _schema = schema;
        _limits = limits;
        _anyOrder = anyOrder;
        _reader = XmlReader.Create(new StringReader(text), XmlText.Settings(text.Length));
        _place = (IXmlLineInfo)_reader;
        _capture = new XhtmlCapture(text, _reader);
    }

    public List<Issue> Issues { get; } = [];

    /// <summary>The resource, or null if there is none or the text is not well-formed.</summary>
    public XmlItem? Read()
    {
        using var reader = _reader;
        try
        {
            while (_reader.Read() && _reader.NodeType != XmlNodeType.Element)
            {
                // The declaration, comments and white space before the root.
            }

            var root = ReadRoot();
            if (root is null)
                return null;
            while (_reader.Read())
            {
                // What follows the root can't be an element, or the reader would refuse it.
            }

            return root;
        }
        catch (XmlException malformed)
        {
            Issues.Clear();
            Issues.Add(Explain(malformed) with { Line = malformed.LineNumber, Column = malformed.LinePosition });
            return null;
        }
        catch (StopReadingException)
        {
            return null;
        }
    }

    private static Issue Explain(XmlException malformed) =>
        malformed.Message.Contains("DTD", StringComparison.Ordinal)
            ? Issue.Of(IssueSeverity.Fatal, "structure", XmlMessages.DocumentType)
            : Issue.Of(IssueSeverity.Fatal, "structure", XmlMessages.NotXml, malformed.Message);

    private XmlItem? ReadRoot()
    {
        var type = _reader.NamespaceURI == XmlText.FhirNamespace ? _schema.FindResourceType(_reader.LocalName) : null;
        if (type is null)
        {
            if (_reader.NamespaceURI == XmlText.FhirNamespace)
                AddIssue(null, null, ParserMessages.UnknownResourceType, Shorten(_reader.LocalName));
            else
                AddIssue(null, null, XmlMessages.WrongRootNamespace, XmlText.FhirNamespace, Shorten(_reader.NamespaceURI));
            return null;
        }

        var root = new XmlItem(null, null, type, _place.LineNumber, _place.LinePosition);
        ReadAttributes(root);
        ReadChildren(root);
        return root;
    }

    // The reader stands on the element's start tag, and in the end on its end.
    private void ReadChildren(XmlItem item)
    {
        if (_reader.Depth > _limits.MaxDepth * 2)
        {
            var issue = Issue.Of(IssueSeverity.Fatal, "too-costly", ParserMessages.TooDeep, Invariant(_limits.MaxDepth));
            Stop(issue with { Line = _place.LineNumber, Column = _place.LinePosition });
        }

        if (_reader.IsEmptyElement)
            return;
        var type = item.Type;
        var order = -1;
        while (_reader.Read() && _reader.NodeType != XmlNodeType.EndElement)
        {
            if (_reader.NodeType == XmlNodeType.Element)
                ReadChild(item, type, ref order);
            else if (_reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                AddIssue(item, null, XmlMessages.TextInElement, item.Type.Name);
        }
    }

    private void ReadChild(XmlItem parent, TypeDefinition type, ref int order)
    {
        var name = _reader.LocalName;
        Span<byte> utf8 = stackalloc byte[96];
        if (!Encoding.UTF8.TryGetBytes(name, utf8, out var length) || !type.TryFindProperty(utf8[..length], out var property) || property.IsUnderscore)
        {
            AddIssue(parent, name, XmlMessages.UnknownElement, Shorten(name), type.Name, string.Join(", ", type.PropertyNames.Take(40)));
            _capture.SkipElement();
            return;
        }

        var definition = property.Element;
        var wanted = property.Type.Primitive == PrimitiveKind.Xhtml ? NarrativeRules.XhtmlNamespace : XmlText.FhirNamespace;
        if (_reader.NamespaceURI != wanted)
            Refuse(parent, name, XmlMessages.WrongNamespace, name, wanted, Shorten(_reader.NamespaceURI));
        else if (XmlShape.IsAttribute(type, definition))
            Refuse(parent, name, XmlMessages.IsAttribute, definition.Path);
        else if (definition.Order < order && !_anyOrder)
            Refuse(parent, definition.Name, XmlMessages.WrongOrder, name, string.Join(", ", type.PropertyNames.Take(60)));
        else if (definition.IsChoice && parent.LastOf(definition) is { } choice && choice.Type != property.Type)
            Refuse(parent, definition.Name, ParserMessages.OneChoiceOnly, definition.Name);
        else if (!definition.IsArray && parent.LastOf(definition) is not null)
            Refuse(parent, definition.Name, XmlMessages.DoesNotRepeat, definition.Path, name);
        else
            ReadElement(AddItem(parent, definition, property.Type), ref order);
    }

    private void Refuse(XmlItem parent, string child, MessageTemplate template, params string[] arguments)
    {
        AddIssue(parent, child, template, arguments);
        _capture.SkipElement();
    }

    private void ReadElement(XmlItem item, ref int order)
    {
        order = item.Definition!.Order;
        if (item.Type.Primitive == PrimitiveKind.Xhtml)
        {
            item.Value = _capture.ReadXhtml();
            return;
        }

        if (item.Type.IsResource)
        {
            if (!ReadContained(item))
                item.Parent!.Remove(item);
            return;
        }

        ReadAttributes(item);
        ReadChildren(item);
        if (item.Type.IsPrimitive && item.Value is null && item.Children.Count == 0)
        {
            var issue = Issue.Of(IssueSeverity.Error, "value", XmlMessages.NoValue, item.Definition.Path);
            Issues.Add(issue with { Expression = item.GetPath(), Line = item.Line, Column = item.Column });
            item.Parent!.Remove(item);
            CheckIssues();
        }
    }

    // <contained><Patient>…</Patient></contained>: the inner element is the resource, the outer one its name.
    private bool ReadContained(XmlItem item)
    {
        ReadAttributes(item);
        if (!_reader.IsEmptyElement)
        {
            var found = false;
            while (_reader.Read() && _reader.NodeType != XmlNodeType.EndElement)
            {
                if (_reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                {
                    AddIssue(item, null, XmlMessages.TextAroundResource);
                }
                else if (_reader.NodeType == XmlNodeType.Element)
                {
                    var type = _reader.NamespaceURI == XmlText.FhirNamespace ? _schema.FindResourceType(_reader.LocalName) : null;
                    if (type is null || found)
                    {
                        Refuse(item, _reader.LocalName, found ? XmlMessages.OneResourceOnly : ParserMessages.UnknownResourceType, Shorten(_reader.LocalName));
                        continue;
                    }

                    found = true;
                    item.Type = type;
                    ReadAttributes(item);
                    ReadChildren(item);
                }
            }

            if (found)
                return true;
        }

        AddIssue(item, null, XmlMessages.NoResource, item.Definition!.Path);
        return false;
    }

    private void ReadAttributes(XmlItem item)
    {
        if (!_reader.MoveToFirstAttribute())
            return;
        do
        {
            var name = _reader.LocalName;
            if (_reader.NamespaceURI is "http://www.w3.org/2000/xmlns/" or SchemaInstanceNamespace)
                continue;
            if (_reader.NamespaceURI.Length == 0 && name == "value" && item.Type.IsPrimitive)
                ReadValue(item);
            else if (_reader.NamespaceURI.Length == 0 && item.Type.FindElement(name) is { } definition && XmlShape.IsAttribute(item.Type, definition))
                AddItem(item, definition, definition.Types[0]).Value = _reader.Value;
            else
                AddIssue(item, name, XmlMessages.UnknownAttribute, Shorten(_reader.Name), item.Type.Name);
        }
        while (_reader.MoveToNextAttribute());
        _reader.MoveToElement();
    }

    private void ReadValue(XmlItem item)
    {
        var value = _reader.Value;
        var kind = item.Type.Primitive;
        item.Value = value;
        if (PrimitiveFormat.IsJsonString(kind) || PrimitiveFormat.IsValid(kind, Encoding.UTF8.GetBytes(value)))
            return;

        // What is no number or boolean can't stand in JSON as one; the issue is told here and a harmless value stands in.
        if (value.Length == 0)
            AddIssue(item, null, "value", ParserMessages.EmptyValue);
        else
            AddIssue(item, null, "value", PrimitiveMessages.Invalid(kind), Shorten(value), item.Type.Name);
        item.Value = kind == PrimitiveKind.Boolean ? "false" : "1";
    }

    private XmlItem AddItem(XmlItem parent, ElementDefinition definition, TypeDefinition type)
    {
        if (++_count > _limits.MaxElements)
            Stop(Issue.Of(IssueSeverity.Fatal, "too-costly", ParserMessages.TooManyElements, ResourceParser.Number(_limits.MaxElements)));
        return parent.Add(definition, type, _place.LineNumber, _place.LinePosition);
    }

    private void AddIssue(XmlItem? item, string? child, MessageTemplate template, params string[] arguments) =>
        AddIssue(item, child, "structure", template, arguments);

    private void AddIssue(XmlItem? item, string? child, string code, MessageTemplate template, params string[] arguments)
    {
        var path = item?.GetPath();
        Issues.Add(Issue.Of(IssueSeverity.Error, code, template, arguments) with
        {
            Expression = child is null || path is null ? path : $"{path}.{child}",
            Line = _place.LineNumber,
            Column = _place.LinePosition,
        });
        CheckIssues();
    }

    private void CheckIssues()
    {
        if (Issues.Count >= _limits.MaxIssues)
            Stop(Issue.Of(IssueSeverity.Fatal, "too-costly", ParserMessages.TooManyIssues, Invariant(Issues.Count)));
    }

    private void Stop(Issue issue)
    {
        Issues.Add(issue);
        throw new StopReadingException();
    }

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "…";

    private sealed class StopReadingException : Exception;
}
