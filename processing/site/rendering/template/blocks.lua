-- Give Quarto's fenced divs (callouts, tabsets, columns) and Pandoc's tables their HTML, without inline styles.

local kinds = {
  note = { "Note", '<circle cx="8" cy="8" r="6.5"/><path d="M8 7.2v4M8 4.6v.4"/>' },
  tip = { "Tip", '<path d="M5.9 11.4a4.6 4.6 0 1 1 4.2 0v1.1H5.9zM6.5 14.7h3"/>' },
  important = { "Important", '<path d="M3.5 15V1.8h9.2L10.6 5.5l2.1 3.7H3.5"/>' },
  warning = { "Warning", '<path d="M8 1.8 15 14H1zM8 6.2v3.6M8 11.6v.4"/>' },
  caution = { "Caution", '<path d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5zM8 4.6v4M8 11v.4"/>' },
}

local function html(text) return pandoc.RawBlock("html", text) end

local function escape(text)
  return (text:gsub("&", "&amp;"):gsub('"', "&quot;"):gsub("<", "&lt;"))
end

local function callout_kind(div)
  for kind in pairs(kinds) do
    if div.classes:includes("callout-" .. kind) then return kind end
  end
end

-- The title is the `title` attribute, else a heading that opens the callout, else the kind's name.
local function take_title(div, kind)
  local first = div.content[1]
  if div.attributes.title then
    local read = pandoc.read(div.attributes.title, "markdown").blocks[1]
    return read and read.content or pandoc.Inlines({})
  elseif first and first.t == "Header" then
    div.content:remove(1)
    return first.content
  end
  return pandoc.Inlines({ pandoc.Str(kinds[kind][1]) })
end

local function callout(div)
  local kind = callout_kind(div)
  if not kind then return nil end
  local title = take_title(div, kind)
  local icon = '<svg class="callout-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">' ..
    kinds[kind][2] .. "</svg>"
  local collapse = div.attributes.collapse
  local tag, head = "div", "p"
  if collapse then tag, head = "details", "summary" end
  local id = div.identifier ~= "" and ' id="' .. escape(div.identifier) .. '"' or ""
  local open = collapse == "false" and " open" or ""
  local classes = "callout callout-" .. kind .. (div.attributes.icon == "false" and " no-icon" or "")
  title:insert(1, pandoc.RawInline("html", "<" .. head .. ' class="callout-header">' .. icon .. "<span>"))
  title:insert(pandoc.RawInline("html", "</span></" .. head .. ">"))
  local blocks = pandoc.Blocks({
    html("<" .. tag .. ' class="' .. classes .. '"' .. id .. open .. ">"),
    pandoc.Plain(title),
  })
  blocks:insert(pandoc.Div(div.content, pandoc.Attr("", { "callout-body" })))
  blocks:insert(html("</" .. tag .. ">"))
  return blocks
end

-- Every panel stays in the page with its heading; the page's script makes tabs of them.
local function tabset(div)
  local level
  for _, block in ipairs(div.content) do
    if block.t == "Header" and (not level or block.level < level) then level = block.level end
  end
  if not level then return nil end
  local panels, panel = pandoc.Blocks({}), nil
  for _, block in ipairs(div.content) do
    if block.t == "Header" and block.level == level then
      panel = pandoc.Div({}, pandoc.Attr(block.identifier, { "tab-pane" }))
      block.identifier = ""
      block.classes = pandoc.List({ "tab-title", "unlisted", "unnumbered" })
      panels:insert(panel)
    end
    if panel then panel.content:insert(block) else panels:insert(block) end
  end
  div.content = panels
  return div
end

-- A width in per cent becomes one of twenty classes: a strict content security policy blocks styles.
local function column(div)
  local width = tonumber((div.attributes.width or ""):match("^([%d.]+)%%$"))
  div.attributes.width = nil
  if width then
    local step = math.min(100, math.max(5, math.floor(width / 5 + 0.5) * 5))
    div.classes:insert("col-w" .. step)
  end
  return div
end

local sides = { AlignLeft = "ta-left", AlignRight = "ta-right", AlignCenter = "ta-center" }

local function align_rows(rows, specs, scope)
  for _, row in ipairs(rows) do
    local at = 1
    for _, cell in ipairs(row.cells) do
      local side = sides[cell.alignment] or (specs[at] and sides[specs[at][1]])
      if side then cell.classes:insert(side) end
      if scope then cell.attributes.scope = scope end
      cell.alignment = "AlignDefault"
      at = at + cell.col_span
    end
  end
end

local function scroll_table(tbl)
  align_rows(tbl.head.rows, tbl.colspecs, "col")
  for _, body in ipairs(tbl.bodies) do
    align_rows(body.head, tbl.colspecs)
    align_rows(body.body, tbl.colspecs)
  end
  align_rows(tbl.foot.rows, tbl.colspecs)
  tbl.colspecs = tbl.colspecs:map(function() return { "AlignDefault", nil } end)
  local name = pandoc.utils.stringify(tbl.caption.long)
  local region = pandoc.Attr("", { "table-scroll" }, {
    tabindex = "0", role = "region", ["aria-label"] = name ~= "" and name or "Table",
  })
  return pandoc.Div({ tbl }, region)
end

function Div(div)
  if div.classes:includes("panel-tabset") then return tabset(div) end
  if div.classes:includes("column") then return column(div) end
  return callout(div)
end

Table = scroll_table
