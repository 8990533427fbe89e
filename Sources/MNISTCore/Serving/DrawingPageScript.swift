extension DrawingPage {
  /// Nothing that comes from outside is ever taken for markup: it is set as text.
  static let script = #"""
    const [paper, picture, pen, answer, seen, bars] = ['paper', 'picture', 'pen', 'answer', 'seen', 'bars'].map(element)
    // The picture that is sent has this size on every screen, so that the answer does not depend on it.
    const size = paper.width
    const context = paper.getContext('2d')

    // A board is replaced, never changed, save that the stroke being drawn grows.
    let board = { strokes: [], file: null }
    const earlierBoards = []
    let stroke = null
    let model = null

    function element(id) { return document.getElementById(id) }

    // The board

    function isEmpty({ strokes, file }) { return !file && strokes.length === 0 }

    function replace(newBoard) {
      earlierBoards.push(board)
      show(newBoard)
    }

    function show(newBoard) {
      board = newBoard
      endStroke()
      element('invitation').hidden = !isEmpty(board)
      picture.hidden = element('name').hidden = !board.file
      if (board.file) {
        element('name').textContent = board.file.name
        picture.src = URL.createObjectURL(board.file)
      }
      paint()
      ask()
    }

    function undo() {
      if (earlierBoards.length > 0) show(earlierBoards.pop())
    }

    function clear() {
      if (!isEmpty(board)) replace({ strokes: [], file: null })
    }

    function paint() {
      context.fillStyle = 'white'
      context.fillRect(0, 0, size, size)
      context.lineWidth = size / 12
      context.lineCap = context.lineJoin = 'round'
      for (const points of board.strokes) {
        context.beginPath()
        context.moveTo(points[0].x, points[0].y)
        // Smooth: a curve from the middle of each way between two points to the middle of the next.
        for (let index = 1; index < points.length - 1; index += 1) {
          const [point, next] = [points[index], points[index + 1]]
          context.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2)
        }
        // A little aside: a line of no length would leave no dot.
        context.lineTo(points.at(-1).x + 0.01, points.at(-1).y)
        context.stroke()
      }
    }

    function beginStroke(point) {
      const points = [point]
      replace({ strokes: [...board.strokes, points], file: null })
      stroke = points
    }

    function growStroke(points) {
      stroke.push(...points)
      paint()
      ask()
    }

    function endStroke() {
      stroke = null
      pen.classList.remove('down')
    }

    // Mouse, finger and pen

    let pointer = null

    function place(event) {
      const box = paper.getBoundingClientRect()
      return { x: (event.clientX - box.left) * size / box.width, y: (event.clientY - box.top) * size / box.height }
    }

    paper.addEventListener('pointerdown', event => {
      if (!event.isPrimary || event.button !== 0) return
      element('board').classList.remove('keyed')
      pointer = event.pointerId
      paper.setPointerCapture(pointer)
      beginStroke(place(event))
    })
    paper.addEventListener('pointermove', event => {
      if (event.pointerId !== pointer || !stroke) return
      // All that happened since the last frame, where the browser tells.
      const events = event.getCoalescedEvents?.() ?? []
      growStroke((events.length > 0 ? events : [event]).map(place))
    })
    paper.addEventListener('lostpointercapture', event => {
      if (event.pointerId !== pointer) return
      pointer = null
      endStroke()
    })

    // Keys

    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
    // Two arrows at once go aslant.
    const heldArrows = new Set()
    let tip = { x: size / 2, y: size / 4 }

    function showTip() {
      pen.style.left = `${100 * tip.x / size}%`
      pen.style.top = `${100 * tip.y / size}%`
    }

    function moveTip() {
      const step = size / 28
      let { x, y } = tip
      for (const arrow of heldArrows) {
        x += step * directions[arrow][0]
        y += step * directions[arrow][1]
      }
      tip = { x: Math.min(Math.max(x, 0), size), y: Math.min(Math.max(y, 0), size) }
      showTip()
      if (stroke) growStroke([tip])
    }

    paper.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const isArrow = event.key in directions
      if (!isArrow && event.key !== ' ' || pointer !== null) return
      event.preventDefault()
      element('board').classList.add('keyed')
      if (isArrow) {
        heldArrows.add(event.key)
        moveTip()
      } else if (!event.repeat) {
        if (stroke) {
          endStroke()
        } else {
          beginStroke(tip)
          pen.classList.add('down')
        }
        say(stroke ? 'Pen down' : 'Pen up')
      }
    })
    paper.addEventListener('keyup', event => heldArrows.delete(event.key))
    paper.addEventListener('blur', () => {
      heldArrows.clear()
      element('board').classList.remove('keyed')
      endStroke()
    })
    addEventListener('keydown', event => {
      const isCommand = event.ctrlKey || event.metaKey
      if (isCommand && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'z') {
        event.preventDefault()
        undo()
      } else if (!isCommand && ['Escape', 'Delete'].includes(event.key)) {
        clear()
      }
    })
    element('undo').addEventListener('click', undo)
    element('clear').addEventListener('click', clear)

    // Pictures

    function take(files) {
      if (files.length > 0) replace({ strokes: [], file: files[0] })
      else complain('There is no picture in it.')
    }

    picture.addEventListener('load', () => {
      URL.revokeObjectURL(picture.src)
      picture.classList.toggle('small', picture.naturalWidth < 150)
    })
    // The service may know what the browser does not: its name is shown then.
    picture.addEventListener('error', () => {
      URL.revokeObjectURL(picture.src)
      picture.hidden = true
    })
    element('choose').addEventListener('click', () => element('file').click())
    element('file').addEventListener('change', event => {
      take([...event.target.files])
      // Else the same file could not be chosen again.
      event.target.value = ''
    })
    addEventListener('paste', event => take(event.clipboardData.files))
    for (const type of ['dragover', 'dragleave', 'drop']) {
      addEventListener(type, event => {
        event.preventDefault()
        element('board').classList.toggle('dropping', type === 'dragover' || event.relatedTarget !== null)
        if (type === 'drop') take(event.dataTransfer.files)
      })
    }

    // The service

    async function request(path, options) {
      let response
      try {
        response = await fetch(path, { ...options, signal: AbortSignal.timeout(30_000) })
      } catch {
        throw new Error('The service does not answer. Is mnist-predict still running?')
      }
      const content = await response.json().catch(() => null)
      if (response.ok && content) return content
      throw new Error(content?.error ?? `The service answered with status ${response.status}.`)
    }

    async function loadModel() {
      if (model) return
      model = await request('v1/model')
      const { height, width, ...others } = model
      const facts = Object.entries(others).filter(([, value]) => ['string', 'number'].includes(typeof value))
      if (height && width) facts.push(['pixels', `${height} × ${width}`])
      element('facts').replaceChildren(...facts.map(([key, value]) => {
        const fact = document.createElement('div')
        fact.append(document.createElement('dt'), document.createElement('dd'))
        fact.firstChild.textContent = key.replaceAll('_', ' ')
        fact.lastChild.textContent = value.toLocaleString('en')
        return fact
      }))
      if (isEmpty(board)) showAnswer(null)
    }

    async function predict({ file }) {
      const body = await (file ? file.arrayBuffer() : new Promise(done => paper.toBlob(done, 'image/png')))
        .catch(() => { throw new Error('The file cannot be read.') })
      await loadModel()
      // What kind of picture a file is, the service tells by its content.
      const headers = { 'Content-Type': file ? 'application/octet-stream' : 'image/png' }
      return request('v1/predict?pixels=1', { method: 'POST', headers, body })
    }

    let isAsking = false
    let hasChanged = false

    // One request at a time; what has changed meanwhile is asked for next. An answer to a board that is gone
    // is not shown.
    async function ask() {
      if (isEmpty(board)) showAnswer(null)
      hasChanged = true
      if (isAsking) return
      isAsking = true
      answer.setAttribute('aria-busy', 'true')
      while (hasChanged) {
        hasChanged = false
        const asked = board
        if (isEmpty(asked)) continue
        try {
          const result = await predict(asked)
          if (asked === board) showAnswer(result)
        } catch (error) {
          if (asked !== board) continue
          showAnswer(null)
          complain(error.message)
        }
      }
      isAsking = false
      answer.setAttribute('aria-busy', 'false')
    }

    // The answer

    function complain(text) { element('error').textContent = text }

    let saying

    // While somebody draws, answers change many times a second: only one that stays is read out.
    function say(text, delay = 0) {
      clearTimeout(saying)
      saying = setTimeout(() => { element('spoken').textContent = text }, delay)
    }

    function percent(share) { return `${(100 * share).toFixed(1)}\u00a0%` }

    function showAnswer(result) {
      complain('')
      answer.classList.toggle('empty', !result)
      const absence = isEmpty(board) ? 'Nothing drawn yet' : 'No answer'
      const name = result ? String(result.class ?? result.predicted) : absence
      const certainty = result ? result.warning ?? `${percent(result.probabilities[result.predicted])} sure` : ''
      element('verdict').textContent = name
      element('verdict').style.setProperty('--length', name.length)
      element('certainty').textContent = certainty
      say(result ? `${name}, ${certainty}` : '', 700)
      showPixels(result?.pixels ?? [])
      showBars(result?.probabilities ?? [], result?.predicted)
    }

    function showPixels(pixels) {
      // Setting the size clears it.
      seen.width = model?.width ?? 28
      seen.height = model?.height ?? 28
      if (pixels.length !== seen.width * seen.height) return
      const image = new ImageData(seen.width, seen.height)
      pixels.forEach((pixel, index) => image.data.set([pixel, pixel, pixel, 255], 4 * index))
      seen.getContext('2d').putImageData(image, 0, 0)
    }

    function showBars(probabilities, predicted) {
      const count = model?.classes ?? 0
      let classes = [...Array(count).keys()]
      if (count > 10) {
        classes = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 10)
      }
      while (bars.rows.length > classes.length) bars.deleteRow(-1)
      while (bars.rows.length < classes.length) bars.append(element('bar').content.cloneNode(true))
      classes.forEach((index, place) => {
        const row = bars.rows[place]
        const [name, bar, text] = row.cells
        const probability = probabilities[index]
        name.textContent = name.title = model?.class_names?.[index] ?? index
        bar.firstChild.style.setProperty('--share', probability ?? 0)
        text.textContent = probability === undefined ? '' : percent(probability)
        row.classList.toggle('likeliest', index === predicted)
      })
    }

    showTip()
    loadModel().catch(error => complain(error.message))
    """#
}
