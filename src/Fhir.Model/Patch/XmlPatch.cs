// RFC 5261: XML patch operations, of which R4 takes add, replace and remove (R4 http.html#patch).

using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace FhirHub.Model;

/// <summary>Applies an XML patch.</summary>
internal static class XmlPatch
{
    /// <summary>Reads a document without a DTD; what is not well-formed is a wrong patch.</summary>
    public static XDocument Load(ReadOnlyMemory<byte> xml)
    {
        if (XmlText.Decode(xml.Span, out var problem) is not { } text)
            throw new PatchException(PatchFailure.InvalidPatch, "structure", problem!.Diagnostics);
        try
        {
            using (var scan = XmlReader.Create(new StringReader(text), XmlText.Settings(text.Length)))
            {
                // Copying goes down by recursion, so depth is bounded before there is anything to copy.
                while (scan.Read())
                {
                    if (scan.Depth > XmlSelector.MaxDepth)
                        throw new PatchException(PatchFailure.InvalidPatch, "too-costly", $"The patch nests more than {XmlSelector.MaxDepth} levels deep.");
                }
            }

            using var reader = XmlReader.Create(new StringReader(text), XmlText.Settings(text.Length));
            return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException malformed)
        {
            throw new PatchException(PatchFailure.InvalidPatch, "structure", $"The patch is not well-formed XML: {malformed.Message}");
        }
    }

    /// <summary>The document as UTF-8.</summary>
    public static byte[] ToBytes(XDocument document)
    {
        using var output = new MemoryStream();
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.Entitize }))
            document.Save(writer);
        return output.ToArray();
    }

    /// <summary>Changes a document by all operations of a patch, in order.</summary>
    /// <exception cref="PatchException">The patch is wrong or does not fit.</exception>
    public static void Apply(XDocument document, XDocument patch)
    {
        var operations = patch.Root!.Elements().ToList();
        if (operations.Count == 0)
            throw new PatchException(PatchFailure.InvalidPatch, "required", "The patch has no operations; use add, replace or remove (RFC 5261).");
        if (operations.Count > ResourcePatch.MaxOperations)
            throw new PatchException(PatchFailure.InvalidPatch, "too-costly", $"A patch may have {ResourcePatch.MaxOperations} operations; this one has {operations.Count}.");
        if (document.Root is null)
            throw new PatchException(PatchFailure.NotApplicable, "invalid", "There is no document to patch.");
        var visits = 0;
        foreach (var operation in operations)
        {
            var target = XmlSelector.Select(document, operation, ref visits);
            switch (operation.Name.LocalName)
            {
                case "add":
                    Add(target, operation);
                    break;
                case "replace":
                    Replace(target, operation);
                    break;
                case "remove":
                    Remove(target, operation);
                    break;
                default:
                    throw Invalid($"'{operation.Name.LocalName}' is no operation of an XML patch; use add, replace or remove.");
            }

            if (document.Root is null || document.Nodes().OfType<XElement>().Count() != 1)
                throw new PatchException(PatchFailure.NotApplicable, "invalid", "The whole resource can't be removed or doubled by a patch.");
        }
    }

    private static void Add(XObject target, XElement operation)
    {
        var type = operation.Attribute("type")?.Value;
        var position = operation.Attribute("pos")?.Value;
        if (type is not null)
        {
            AddAttribute(target as XElement ?? throw Misfit("an attribute can be added to an element only", operation), type, operation);
            return;
        }

        var content = Content(operation);
        switch (position)
        {
            case null when target is XElement element:
                element.Add(content);
                break;
            case "prepend" when target is XElement element:
                element.AddFirst(content);
                break;
            case "before" when target is XNode node:
                node.AddBeforeSelf(content);
                break;
            case "after" when target is XNode node:
                node.AddAfterSelf(content);
                break;
            case null or "prepend" or "before" or "after":
                throw Misfit("nothing can be added there", operation);
            default:
                throw Invalid($"'{position}' is no position; use before, after or prepend, or none for the end.");
        }
    }

    private static void AddAttribute(XElement element, string type, XElement operation)
    {
        XName name;
        if (type.StartsWith("namespace::", StringComparison.Ordinal))
            name = XNamespace.Xmlns + Verified(type[11..]);
        else if (type.StartsWith('@'))
            name = XmlSelector.AttributeName(type[1..], operation);
        else
            throw Invalid($"'{type}' is no type; use @name for an attribute or namespace::prefix.");
        if (element.Attribute(name) is not null)
            throw Misfit($"there is a {type} already; use replace", operation);
        try
        {
            element.SetAttributeValue(name, operation.Value);
        }
        catch (ArgumentException wrong)
        {
            throw Invalid($"{type} can't be '{operation.Value}': {wrong.Message}");
        }
    }

    private static string Verified(string name)
    {
        try
        {
            return XmlConvert.VerifyNCName(name);
        }
        catch (Exception wrong) when (wrong is XmlException or ArgumentException)
        {
            throw Invalid($"'{name}' is no XML name.");
        }
    }

    private static void Replace(XObject target, XElement operation)
    {
        if (target is XAttribute attribute)
        {
            attribute.Value = operation.Value;
            return;
        }

        var content = Content(operation);
        var significant = content.Where(n => n is not XText text || !string.IsNullOrWhiteSpace(text.Value)).ToList();
        switch (target)
        {
            case XElement element when significant is [XElement]:
                element.ReplaceWith(significant[0]);
                break;
            case XComment comment when significant is [XComment]:
                comment.ReplaceWith(significant[0]);
                break;
            case XText text when content.All(n => n is XText):
                text.ReplaceWith(content);
                break;
            default:
                throw Invalid("A replace must hold one node of the kind that it replaces: an element, a comment, or text.");
        }
    }

    private static void Remove(XObject target, XElement operation)
    {
        if (target is XAttribute attribute)
        {
            attribute.Remove();
            return;
        }

        var node = (XNode)target;
        var ws = operation.Attribute("ws")?.Value;
        if (ws is not (null or "before" or "after" or "both"))
            throw Invalid($"'{ws}' says nothing about white space; use before, after or both.");
        if (ws is "before" or "both")
            RemoveWhitespace(node.PreviousNode, operation);
        if (ws is "after" or "both")
            RemoveWhitespace(node.NextNode, operation);
        node.Remove();
    }

    private static void RemoveWhitespace(XNode? node, XElement operation)
    {
        if (node is not XText text || !string.IsNullOrWhiteSpace(text.Value))
            throw Misfit("there is no white space to remove", operation);
        text.Remove();
    }

    // Copies, so that an operation can be told about after it was applied.
    private static List<XNode> Content(XElement operation) =>
        operation.Nodes().Select(XNode (n) => n switch
        {
            XElement element => new XElement(element),
            XCData cdata => new XText(cdata.Value),
            XText text => new XText(text),
            XComment comment => new XComment(comment),
            _ => throw Invalid("A patch may hold elements, text and comments only."),
        }).ToList();

    private static PatchException Invalid(string diagnostics) => new(PatchFailure.InvalidPatch, "invalid", diagnostics);

    private static PatchException Misfit(string reason, XElement operation) =>
        new(PatchFailure.NotApplicable, "invalid", $"The patch does not fit at {operation.Attribute("sel")?.Value}: {reason}.");
}
